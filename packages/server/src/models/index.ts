import type { ModelName } from '../merge/model-table.ts'
import type * as accounting from './accounting.ts'
import type * as ats from './ats.ts'
import type * as calendar from './calendar.ts'
import type * as chat from './chat.ts'
import type * as crm from './crm.ts'
import type * as email from './email.ts'
import type * as filestorage from './filestorage.ts'
import type * as hris from './hris.ts'
import type * as knowledgebase from './knowledgebase.ts'
import type * as ticketing from './ticketing.ts'

/** The table of Merge's common models. */
export { MODEL_TABLE, type ModelName, type ModelRow } from '../merge/model-table.ts'
export type { Timestamp } from './wire.ts'
/** The record types by category: `hris.Employee`, `crm.Contact`. They name the fields that Merge had when this version was made. */
export type { accounting, ats, calendar, chat, crm, email, filestorage, hris, knowledgebase, ticketing }

interface Models
  extends hris.Models,
    ats.Models,
    crm.Models,
    accounting.Models,
    ticketing.Models,
    filestorage.Models,
    knowledgebase.Models,
    chat.Models,
    email.Models,
    calendar.Models {}

/**
 * A record of this model as Merge sends it and as it is stored: snake_case, times as text, `null` kept, a relation as the id
 * of the other record. Every field but the id may be absent (left out by `sync.omit`, or switched off in Merge), every set of
 * values may grow, and a field that Merge has added since is `unknown`.
 */
export type RecordOf<Name extends ModelName> = Models[Name] & { readonly [field: string]: unknown }

/** The names of the fields that Merge had when this version was made, for `sync.omit`. */
export type FieldOf<Name extends ModelName> = keyof Models[Name] & string
