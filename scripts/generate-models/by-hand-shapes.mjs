import { boolean, list, object, optional, record, reference, string, timestamp, union, unknown } from './shapes.mjs'

// What the categories that are kept by hand are written down with.

export const text = optional(string)
export const flag = optional(boolean)
export const time = optional(timestamp)
export const one = (type) => optional(union([string, reference(type)]))
export const many = (type) => optional(list(union([string, reference(type)])))
// Merge's reference shows records here, and offers to expand the ids as well.
export const idsOrRecords = (type) => optional(list(union([string, { ...reference(type), sentWhole: true }])))
export const known = (name) => optional(reference(name))

export const head = { id: text, remote_id: text, created_at: time, modified_at: time }
export const remoteTimes = { remote_created_at: time, remote_updated_at: time }
export const mark = { remote_was_deleted: flag, field_mappings: optional(record) }
export const raw = { remote_data: optional(list(reference('RemoteData'))) }

export const RemoteData = object({ path: string, data: optional(unknown) })
