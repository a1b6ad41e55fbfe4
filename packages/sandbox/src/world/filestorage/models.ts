import type { DescribedModel } from '../category.ts'
import { modelsOf } from '../define.ts'

const model = modelsOf('filestorage')
const internal = (name: string) => ({ id: `filestorage.FileStorage${name}` })

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('User', 'users', 'name email_address is_me', {
    ...internal('User'),
    filters: { email_address: 'email_address', is_me: 'is_me' },
  }),
  model('Group', 'groups', 'name users[] child_groups[]', {
    ...internal('Group'),
    relations: { child_groups: 'filestorage.FileStorageGroup', users: 'filestorage.FileStorageUser' },
  }),
  model('Drive', 'drives', 'name remote_created_at drive_url', { ...internal('Drive'), filters: { name: 'name' } }),
  model('Folder', 'folders', 'name folder_url size description parent_folder drive permissions[] remote_created_at remote_updated_at', {
    ...internal('Folder'),
    filters: { drive_id: 'drive', name: 'name', parent_folder_id: 'parent_folder' },
    relations: { drive: 'filestorage.FileStorageDrive', parent_folder: 'filestorage.FileStorageFolder' },
    partOf: ['drive', 'parent_folder'],
  }),
  model(
    'File',
    'files',
    `name file_url file_thumbnail_url size mime_type description folder checksum permissions[] drive remote_created_at
    remote_updated_at`,
    {
      ...internal('File'),
      filters: { drive_id: 'drive', folder_id: 'folder', mime_type: 'mime_type', name: 'name' },
      ranges: { remote_created: 'remote_created_at' },
      relations: { drive: 'filestorage.FileStorageDrive', folder: 'filestorage.FileStorageFolder' },
      partOf: ['drive', 'folder'],
    },
  ),
]
