import type { DescribedModel } from '../category.ts'
import { modelsOf } from '../define.ts'

const model = modelsOf('knowledgebase')

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('User', 'users', 'name email_address', { without: ['remote_data'] }),
  model('Group', 'groups', 'name parent_group users[]', {
    relations: { parent_group: 'knowledgebase.Group', users: 'knowledgebase.User' },
  }),
  model(
    'Container',
    'containers',
    `name description status container_url type visibility remote_created_at remote_updated_at parent_article parent_container
    permissions[]`,
    {
      filters: { parent_article_id: 'parent_article', parent_container_id: 'parent_container', type: 'type' },
      relations: { parent_article: 'knowledgebase.Article', parent_container: 'knowledgebase.Container' },
      partOf: ['parent_container'],
    },
  ),
  model('Attachment', 'attachments', 'name description attachment_url'),
  model(
    'Article',
    'articles',
    `title description author last_edited_by visibility article_content_download_url checksum article_url status type remote_created_at
    remote_updated_at parent_article parent_container root_container permissions[] attachments[]`,
    {
      filters: {
        parent_article_id: 'parent_article',
        parent_container_id: 'parent_container',
        root_container_id: 'root_container',
        status: 'status',
        type: 'type',
      },
      relations: {
        attachments: 'knowledgebase.Attachment',
        author: 'knowledgebase.User',
        last_edited_by: 'knowledgebase.User',
        parent_article: 'knowledgebase.Article',
        parent_container: 'knowledgebase.Container',
        root_container: 'knowledgebase.Container',
      },
      partOf: ['parent_container', 'parent_article'],
    },
  ),
]
