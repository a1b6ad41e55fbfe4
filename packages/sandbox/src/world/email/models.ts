import type { DescribedModel } from '../category.ts'
import { modelsOf } from '../define.ts'

const model = modelsOf('email')

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('Group', 'groups', 'name users[] email_addresses[] mailboxes[] remote_created_at remote_updated_at', {
    filters: { user_id: 'users' },
    relations: { users: 'email.User', email_addresses: 'email.EmailAddress', mailboxes: 'email.Mailbox' },
  }),
  model('User', 'users', 'name type remote_created_at remote_updated_at groups[] mailboxes[] email_addresses[]', {
    filters: { email_address_id: 'email_addresses', group_id: 'groups', mailbox_id: 'mailboxes' },
    relations: { groups: 'email.Group', mailboxes: 'email.Mailbox', email_addresses: 'email.EmailAddress' },
  }),
  model('EmailAddress', 'email-addresses', 'email_address mailboxes[] users[] groups[] remote_created_at remote_updated_at', {
    filters: { email_address: 'email_address' },
    relations: { mailboxes: 'email.Mailbox', users: 'email.User', groups: 'email.Group' },
  }),
  model(
    'Mailbox',
    'mailboxes',
    `name type folders[] groups[] users[] primary_email_address alias_email_addresses[] permissions[] remote_created_at
    remote_updated_at`,
    {
      filters: { primary_email_address_id: 'primary_email_address', user_id: 'users' },
      relations: {
        folders: 'email.Folder',
        groups: 'email.Group',
        users: 'email.User',
        primary_email_address: 'email.EmailAddress',
        alias_email_addresses: 'email.EmailAddress',
      },
    },
  ),
  model('Folder', 'folders', 'name parent_folder permissions[] mailboxes[] remote_created_at remote_updated_at', {
    filters: { name: 'name' },
    relations: { parent_folder: 'email.Folder', mailboxes: 'email.Mailbox' },
    partOf: ['parent_folder'],
  }),
  model(
    'Message',
    'messages',
    `subject body_text message_url sent_at received_at is_draft from_address thread to[] cc[] bcc[] mailboxes[] permissions[]
    folders[]`,
    {
      filters: {
        bcc_address_id: 'bcc',
        cc_address_id: 'cc',
        from_address_id: 'from_address',
        mailbox_id: 'mailboxes',
        thread_id: 'thread',
        to_address_id: 'to',
      },
      relations: {
        from_address: 'email.EmailAddress',
        to: 'email.EmailAddress',
        cc: 'email.EmailAddress',
        bcc: 'email.EmailAddress',
        mailboxes: 'email.Mailbox',
        folders: 'email.Folder',
      },
      without: ['field_mappings', 'remote_data'],
    },
  ),
]
