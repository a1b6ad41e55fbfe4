import { calendar } from './by-hand-calendar.mjs'
import { email } from './by-hand-email.mjs'
import { flag, head, idsOrRecords, known, many, mark, one, RemoteData, raw, remoteTimes, text } from './by-hand-shapes.mjs'
import { choice, list, object, optional, reference, string } from './shapes.mjs'

// Categories that Merge's API has and its client for Node lacks: https://docs.merge.dev/merge-unified (Knowledge Base, Chat, Email), and
// its client for Python has (Email, Calendar). All their lists take `modified_after`, all their records have an `id` and `remote_was_deleted`.

const BY_HAND = {
  knowledgebase: {
    paths: { articles: 'Article', attachments: 'Attachment', containers: 'Container', groups: 'Group', users: 'User' },
    shapes: {
      RemoteData,
      ArticleTypeEnum: choice(['PAGE', 'BLOG_POST', 'SMART_LINK']),
      ContainerTypeEnum: choice(['FOLDER', 'SPACE', 'COLLECTION', 'SECTION', 'CATEGORY', 'DATABASE']),
      PermissionTypeEnum: choice(['USER', 'GROUP', 'COMPANY', 'ANYONE']),
      RolesEnum: choice(['READ', 'WRITE', 'OWNER']),
      StatusEnum: choice(['DRAFT', 'PUBLISHED', 'ARCHIVED', 'TRASH']),
      VisibilityEnum: choice(['PUBLIC', 'INTERNAL', 'RESTRICTED']),
      Permission: object({
        ...head,
        user: one('User'),
        group: one('Group'),
        type: known('PermissionTypeEnum'),
        roles: optional(list(reference('RolesEnum'))),
        ...mark,
      }),
      Article: object({
        ...head,
        title: text,
        description: text,
        author: one('User'),
        last_edited_by: one('User'),
        visibility: known('VisibilityEnum'),
        article_content_download_url: text,
        checksum: text,
        article_url: text,
        status: known('StatusEnum'),
        type: known('ArticleTypeEnum'),
        ...remoteTimes,
        parent_article: one('Article'),
        parent_container: one('Container'),
        root_container: one('Container'),
        permissions: many('Permission'),
        attachments: many('Attachment'),
        ...mark,
        ...raw,
      }),
      Attachment: object({ ...head, name: text, description: text, attachment_url: text, ...mark, ...raw }),
      Container: object({
        ...head,
        name: text,
        description: text,
        status: known('StatusEnum'),
        container_url: text,
        type: known('ContainerTypeEnum'),
        visibility: known('VisibilityEnum'),
        ...remoteTimes,
        parent_article: one('Article'),
        parent_container: one('Container'),
        permissions: many('Permission'),
        ...mark,
        ...raw,
      }),
      Group: object({ ...head, name: text, parent_group: one('Group'), users: idsOrRecords('User'), ...mark, ...raw }),
      User: object({ ...head, name: text, email_address: text, ...mark }),
    },
  },
  chat: {
    paths: { conversations: 'Conversation', groups: 'Group', messages: 'Message', users: 'User' },
    shapes: {
      RemoteData,
      TypeEnum: choice([
        'PRIVATE_INTERNAL',
        'PRIVATE_EXTERNAL',
        'PUBLIC_INTERNAL',
        'PUBLIC_EXTERNAL',
        'ONE_ON_ONE_CHAT',
        'GROUP_CHAT',
        'MEETING_CHAT',
      ]),
      Conversation: object({
        ...head,
        name: text,
        description: text,
        url: text,
        type: known('TypeEnum'),
        members: optional(list(string)), // ids of what stands below each conversation, which no list of its own has
        ...remoteTimes,
        ...mark,
        ...raw,
      }),
      Group: object({ ...head, name: text, users: many('User'), ...remoteTimes, ...mark, ...raw }),
      Message: object({
        ...head,
        user_id: one('User'),
        conversation_id: one('Conversation'),
        body: text,
        subject_line: text,
        root_message_id: one('Message'),
        url: text,
        ...remoteTimes,
        remote_was_deleted: flag,
      }),
      User: object({
        ...head,
        username: text,
        display_name: text,
        first_name: text,
        last_name: text,
        is_bot: flag,
        groups: many('Group'),
        avatar: text,
        ...remoteTimes,
        ...mark,
        ...raw,
      }),
    },
  },
  email,
  calendar,
}

/**
 * As `readCategory`, from the list above; `undefined` for a category that is not in it.
 *
 * @param {string} category
 * @returns {import('./shapes.mjs').Listing[] | undefined}
 */
export function categoryByHand(category) {
  const { paths, shapes } = BY_HAND[category] ?? {}
  return (
    paths && Object.entries(paths).map(([path, type]) => ({ category, path, type, modifiedAfter: true, shapeOf: (name) => shapes[name] }))
  )
}
