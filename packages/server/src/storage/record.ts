export interface VersionedRecord {
  id: string
  /** Raised only to accept a stamp that went backwards at the source. */
  generation: number
  /** Merge's `modified_at`, integer microseconds since the epoch; of a record that has none, the watermark of the walk that read it. */
  modifiedAt: number
  /** Counts the commits of this model, so that a later page of one lease is newer. */
  page: number
  /** Merge says that the source deleted it. */
  deleted: boolean
  /** Equal hash, equal record. */
  hash: string
  /** The record as JSON text, to be given back byte for byte. */
  data: string
}

export interface ChangesQuery {
  accountId: string
  model: string
  /** Exclusive; 0 for everything. */
  after: number
  limit: number
}

export interface Change {
  seq: number
  id: string
  op: 'upsert' | 'delete'
  /** Integer microseconds since the epoch. */
  modifiedAt: number
  /** JSON text; of a deletion, the record as last seen. */
  data: string
}
