import type { DescribedModel } from '../category.ts'
import { modelsOf } from '../define.ts'

const model = modelsOf('chat')

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('Group', 'groups', 'name users[] remote_created_at remote_updated_at', { relations: { users: 'chat.User' } }),
  model('User', 'users', 'username display_name first_name last_name is_bot groups[] avatar remote_created_at remote_updated_at', {
    relations: { groups: 'chat.Group' },
  }),
  model('Conversation', 'conversations', 'name description url type members[] remote_created_at remote_updated_at', {
    relations: { members: 'chat.User' },
    nested: ['members'],
  }),
  model('Message', 'messages', 'user_id conversation_id body subject_line root_message_id url remote_created_at remote_updated_at', {
    filters: { conversation_id: 'conversation_id', root_message: 'root_message_id' },
    partOf: ['conversation_id', 'root_message_id'],
    without: ['field_mappings', 'remote_data'],
    nested: ['replies'],
  }),
]
