import type { DescribedModel } from '../category.ts'
import { emptyModels, modelsOf } from '../define.ts'

const model = modelsOf('crm')
const owner = { owner: 'crm.User' }

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('User', 'users', 'name email is_active remote_fields[]', { filters: { email: 'email' } }),
  model('Stage', 'stages', 'name remote_fields[]'),
  model('EngagementType', 'engagement-types', 'activity_type name remote_fields[]', {
    without: ['remote_was_deleted', 'field_mappings', 'remote_data'],
  }),
  model(
    'Account',
    'accounts',
    `owner name description industry website number_of_employees addresses[] phone_numbers[] last_activity_at remote_updated_at
    remote_created_at remote_fields[]`,
    { filters: { name: 'name', owner_id: 'owner' }, relations: owner },
  ),
  model(
    'Contact',
    'contacts',
    'first_name last_name account owner addresses[] email_addresses[] phone_numbers[] last_activity_at remote_created_at remote_fields[]',
    {
      filters: { account_id: 'account', email_addresses: 'email_addresses', phone_numbers: 'phone_numbers' },
      relations: { account: 'crm.Account', ...owner },
    },
  ),
  model(
    'Lead',
    'leads',
    `owner lead_source title company first_name last_name addresses[] email_addresses[] phone_numbers[] remote_updated_at
    remote_created_at converted_date converted_contact converted_account status remote_fields[]`,
    {
      filters: {
        converted_account_id: 'converted_account',
        converted_contact_id: 'converted_contact',
        email_addresses: 'email_addresses',
        owner_id: 'owner',
        phone_numbers: 'phone_numbers',
      },
      relations: { converted_account: 'crm.Account', converted_contact: 'crm.Contact', ...owner },
    },
  ),
  model(
    'Opportunity',
    'opportunities',
    'name description amount owner account stage status last_activity_at close_date remote_created_at remote_fields[]',
    {
      filters: { account_id: 'account', owner_id: 'owner', stage_id: 'stage', status: 'status' },
      ranges: { remote_created: 'remote_created_at' },
      relations: { account: 'crm.Account', stage: 'crm.Stage', ...owner },
      partOf: ['account'],
    },
  ),
  model('Note', 'notes', 'owner content contact account opportunity remote_updated_at remote_created_at remote_fields[]', {
    filters: { account_id: 'account', contact_id: 'contact', opportunity_id: 'opportunity', owner_id: 'owner' },
    relations: { account: 'crm.Account', contact: 'crm.Contact', opportunity: 'crm.Opportunity', ...owner },
  }),
  model('Task', 'tasks', 'subject content owner account opportunity contact completed_date due_date status remote_fields[]', {
    relations: { account: 'crm.Account', contact: 'crm.Contact', opportunity: 'crm.Opportunity', ...owner },
  }),
  model(
    'Engagement',
    'engagements',
    'owner content subject direction engagement_type start_time end_time account contacts[] remote_fields[]',
    {
      ranges: { started: 'start_time' },
      relations: { account: 'crm.Account', contacts: 'crm.Contact', engagement_type: 'crm.EngagementType', ...owner },
    },
  ),
  ...emptyModels('crm', { CustomObjectClass: 'custom-object-classes' }).map((custom) => ({
    ...custom,
    nested: ['association-types', 'custom-objects', 'custom-objects/{id}/associations'],
  })),
]
