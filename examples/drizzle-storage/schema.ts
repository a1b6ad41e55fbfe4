import type { Status } from '@connect-integration/server/storage'
import { relations, sql } from 'drizzle-orm'
import { customType, index, integer, primaryKey, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** A code point that is no character and never will be. */
const MARK = '\uffff'

/**
 * Text that comes back as it went in. SQLite stores UTF-8, which has no half of a surrogate pair, and drivers differ about NUL; such a
 * rare text is kept as a mark and a JSON string that spells these out. Two different texts never have one spelling, and SQLite compares
 * text byte for byte (BINARY) unless it is told otherwise.
 */
const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => (isPlain(value) ? value : MARK + JSON.stringify(value)),
  fromDriver: (stored) => (stored.startsWith(MARK) ? JSON.parse(stored.slice(MARK.length)) : stored),
})

export const accounts = sqliteTable(
  'connect_accounts',
  {
    id: text('id').primaryKey(),
    organizationId: text('organization_id').notNull(),
    userId: text('user_id'),
    category: text('category').notNull(),
    originId: text('origin_id').notNull(),
    slot: text('slot'),
    linkedAccountId: text('linked_account_id'),
    status: text('status').$type<Status>().notNull(),
    token: text('token'),
    details: text('details'),
    revision: integer('revision').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    due: integer('due'),
    dirty: integer('dirty').notNull().default(0),
    fence: integer('fence').notNull().default(0),
    /** Epoch milliseconds at which the lease ends; of an account that nobody has, 0. */
    lease: integer('lease').notNull().default(0),
    /** The store's now when `due` or `lease` was last set; where there is neither, null. */
    recordedAt: integer('recorded_at'),
  },
  (table) => [
    // What makes a double click one connection: an index, not a look before the insert.
    uniqueIndex('connect_accounts_slot').on(table.slot),
    uniqueIndex('connect_accounts_origin').on(table.originId),
    index('connect_accounts_organization').on(table.organizationId, table.id),
    index('connect_accounts_linked').on(table.linkedAccountId),
    index('connect_accounts_due').on(table.due, table.id).where(sql`due is not null`),
    index('connect_accounts_recorded').on(table.recordedAt).where(sql`recorded_at is not null`),
  ],
)

export const models = sqliteTable(
  'connect_models',
  {
    accountId: text('account_id').notNull(),
    model: text('model').notNull(),
    checkpoint: text('checkpoint'),
    seq: integer('seq').notNull(),
    records: integer('records').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.model] })],
)

/** `seenIn` and `missingIn` are numbers of sweeps. A mirror of millions keeps them in a table of their own, so that a full read writes no record. */
export const records = sqliteTable(
  'connect_records',
  {
    accountId: text('account_id').notNull(),
    model: text('model').notNull(),
    id: text('id').notNull(),
    seq: integer('seq').notNull(),
    generation: integer('generation').notNull(),
    // Microseconds: integer, never a date type, which would round them.
    modifiedAt: integer('modified_at').notNull(),
    fence: integer('fence').notNull(),
    page: integer('page').notNull(),
    deleted: integer('deleted', { mode: 'boolean' }).notNull(),
    hash: text('hash').notNull(),
    data: text('data').notNull(),
    seenIn: integer('seen_in'),
    missingIn: integer('missing_in'),
  },
  (table) => [
    // Account and model are part of the key: the same id in another account is another record.
    primaryKey({ columns: [table.accountId, table.model, table.id] }),
    uniqueIndex('connect_records_seq').on(table.accountId, table.model, table.seq),
  ],
)

export const accountRelations = relations(accounts, ({ many }) => ({ models: many(models) }))
export const modelRelations = relations(models, ({ one }) => ({
  account: one(accounts, { fields: [models.accountId], references: [accounts.id] }),
}))

function isPlain(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0') && !value.startsWith(MARK)
}
