import type { DescribedModel } from '../category.ts'
import { modelsOf } from '../define.ts'

const model = modelsOf('calendar')

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('Group', 'groups', 'name email_address users[] child_groups[] remote_created_at remote_updated_at', {
    filters: { child_group_id: 'child_groups', email_address: 'email_address', name: 'name', user_id: 'users' },
    relations: { users: 'calendar.User', child_groups: 'calendar.Group' },
  }),
  model('User', 'users', 'name email_address groups[] remote_created_at remote_updated_at', {
    filters: { email_address: 'email_address', name: 'name' },
    relations: { groups: 'calendar.Group' },
  }),
  model('Calendar', 'calendars', 'name is_default description type remote_created_at remote_updated_at owner_email_address permissions[]', {
    filters: { name: 'name', owner_email_address: 'owner_email_address', type: 'type' },
  }),
  model(
    'Series',
    'series',
    `calendar start_date end_date recurrence_rule additional_dates[] excluded_dates[] remote_created_at remote_updated_at
    organizer_email_address`,
    {
      filters: { calendar_id: 'calendar', organizer_email_address: 'organizer_email_address' },
      ranges: { starts: 'start_date' },
      relations: { calendar: 'calendar.Calendar' },
      partOf: ['calendar'],
    },
  ),
  model(
    'Event',
    'events',
    `name timezone is_private is_all_day start_date end_date is_cancelled event_details web_url calendar series invitees[] locations[]
    remote_created_at remote_updated_at`,
    {
      filters: { calendar_id: 'calendar', series_id: 'series', name: 'name', is_private: 'is_private' },
      ranges: { starts: 'start_date' },
      relations: { calendar: 'calendar.Calendar', series: 'calendar.Series' },
      partOf: ['calendar', 'series'],
      shownOnRequest: { include_cancelled: 'is_cancelled' },
      nested: ['invitees', 'locations'],
    },
  ),
]
