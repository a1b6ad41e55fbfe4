import type { DescribedModel } from '../category.ts'
import { emptyModels, modelsOf } from '../define.ts'

const model = modelsOf('ticketing')
const internal = (name: string) => ({ id: `ticketing.Ticketing${name}` })

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('Role', 'roles', 'name ticket_actions[] ticket_access'),
  model('Team', 'teams', 'name description', internal('Team')),
  model('User', 'users', 'name email_address is_active teams[] roles[] avatar', {
    filters: { email_address: 'email_address', teams: 'teams', team: 'teams', roles: 'roles' },
    relations: { teams: 'ticketing.TicketingTeam', roles: 'ticketing.Role' },
  }),
  model('Account', 'accounts', 'name domains[]', internal('Account')),
  model('Contact', 'contacts', 'name email_address phone_number details account', {
    ...internal('Contact'),
    filters: { email_address: 'email_address' },
    relations: { account: 'ticketing.TicketingAccount' },
  }),
  model(
    'Collection',
    'collections',
    'name description access_level collection_type parent_collection permissions[] collection_url remote_created_at remote_updated_at',
    {
      filters: { collection_type: 'collection_type', name: 'name', parent_collection_id: 'parent_collection' },
      relations: { parent_collection: 'ticketing.Collection' },
      partOf: ['parent_collection'],
      nested: ['viewers'],
    },
  ),
  model('Tag', 'tags', 'name', internal('Tag')),
  model(
    'Ticket',
    'tickets',
    `name assignees[] assigned_teams[] creator due_date status description collections[] ticket_type account contact parent_ticket
    attachments[] access_level permissions[] tags[] roles[] ticket_url priority remote_created_at remote_updated_at completed_at
    remote_fields[]`,
    {
      filters: {
        account_id: 'account',
        assignee_ids: 'assignees',
        collection_ids: 'collections',
        contact_id: 'contact',
        creator_id: 'creator',
        creator_ids: 'creator',
        name: 'name',
        parent_ticket_id: 'parent_ticket',
        priority: 'priority',
        status: 'status',
        tags: 'tags',
        ticket_type: 'ticket_type',
        ticket_url: 'ticket_url',
      },
      ranges: { completed: 'completed_at', due: 'due_date', remote_created: 'remote_created_at', remote_updated: 'remote_updated_at' },
      relations: {
        account: 'ticketing.TicketingAccount',
        assigned_teams: 'ticketing.TicketingTeam',
        assignees: 'ticketing.User',
        attachments: 'ticketing.TicketingAttachment',
        collections: 'ticketing.Collection',
        contact: 'ticketing.TicketingContact',
        creator: 'ticketing.User',
        parent_ticket: 'ticketing.Ticket',
      },
      nested: ['viewers'],
    },
  ),
  model('Attachment', 'attachments', 'file_name ticket file_url content_type uploaded_by remote_created_at', {
    ...internal('Attachment'),
    filters: { ticket_id: 'ticket' },
    ranges: { remote_created: 'remote_created_at' },
    relations: { ticket: 'ticketing.Ticket' },
    partOf: ['ticket'],
  }),
  model('Comment', 'comments', 'user contact body html_body ticket is_private remote_created_at', {
    filters: { ticket_id: 'ticket' },
    ranges: { remote_created: 'remote_created_at' },
    relations: { contact: 'ticketing.TicketingContact', ticket: 'ticketing.Ticket', user: 'ticketing.User' },
    partOf: ['ticket'],
  }),
  // Collections have taken its place; the endpoint is still there.
  ...emptyModels('ticketing', { Project: 'projects' }).map((project) => ({ ...project, nested: ['users'] })),
]
