import { type AccountStatus, companyName, type LinkedAccount } from '../account/linked-account.ts'
import type { LinkedAccounts, StatusReason } from '../account/linked-accounts.ts'
import { identifier } from '../account/source.ts'
import type { ModelSync, SyncReason, SyncState } from '../account/sync-runs.ts'
import { isServed, plainRecord } from '../merge/plain-record.ts'
import { randomFrom } from '../random.ts'
import { SandboxError } from '../sandbox-error.ts'
import type { Settings } from '../settings.ts'
import { isCalled, type SourceRecord } from '../world/category.ts'
import { edited } from '../world/edited.ts'

/** A linked account as the control API shows it; no token in it. */
export interface SandboxAccount {
  id: string
  category: string
  /** What changing, adding and removing a record is called here: `Open a ticket`. */
  labels: { change: string; add: string; remove: string }
  endUserOriginId: string
  organizationName: string
  status: AccountStatus
  integration: { name: string; slug: string } | null
  /** Changes in the source system that Merge has not copied yet. */
  pendingChanges: number
  models: { id: string; status: SyncState; initial: boolean; records: number; deleted: number }[]
}

/** Which record: by id, by the name people know it by, or, with neither, any. */
export interface Target {
  /** A `model_id`, or the category and the model's name: `ticketing.TicketingTag` is `ticketing.Tag` too. Default the category's main one, `hris.Employee`. */
  model?: string
  /** Merge's id. */
  id?: string
  /** The `display_full_name`, `name`, `title` or `number`, or the first and the last name, whole. */
  name?: string
  /** True: Merge hears of it at once, outside any sync run. Default false: at the next run. */
  immediately?: boolean
}

/** What a new record is like. */
export interface Added {
  /** In place of those that would be invented. */
  fields?: Record<string, unknown>
  /** As in `Target`. */
  immediately?: boolean
}

/** What was touched first, and everything that changed with it. */
export interface Touched {
  model: string
  id: string
  /** `model` and `id` of all, the first included. */
  all: { model: string; id: string }[]
}

/** Levers on the source systems and on Merge. Each throws a `SandboxError` when it is asked for something that is not there. */
export interface Actions {
  accounts(): SandboxAccount[]
  /**
   * Every record of this model that Merge has right now, as it would serve it: deleted ones included, except where they
   * have no mark for it.
   */
  truth(linkedAccountId: string, model: string): Record<string, unknown>[]
  /** Edits a record in the source system: these fields, or a plausible edit when none are given. */
  change(linkedAccountId: string, change?: Target & { fields?: Record<string, unknown> }): Touched
  /** Deletes a record in the source system, with what belongs to it. */
  remove(linkedAccountId: string, target?: Target): Touched
  /** Adds a record of the category's main model to the source system, with what belongs to it: a ticket is opened, an invoice issued. */
  add(linkedAccountId: string, added?: Added): Touched
  /** The same by the name that it has in HRIS: somebody is hired. */
  hire(linkedAccountId: string, hired?: Added): Touched
  /** Starts a sync run now, or as soon as the one under way has ended. */
  sync(linkedAccountId: string): void
  /** RELINK_NEEDED breaks the connection: no more runs, an issue, the old data stays; `reason` is what Merge says of it. COMPLETE mends it. */
  setStatus(linkedAccountId: string, status: AccountStatus, reason?: StatusReason): void
  /**
   * The customer signs in again, outside your product and to another company of theirs: id and token stay, `instance_id` and `subdomain` are
   * others, and none of the old records is there any more. The sync that this starts tells of it. In your product: `link.complete(token, slug, { elsewhere: true })`.
   */
  relinkElsewhere(linkedAccountId: string): void
  /**
   * How this model's runs end from now on, and the `sync_status_reason` that is told until this is called again. Shown at once, except DONE,
   * which takes the run that this starts.
   */
  setModelStatus(linkedAccountId: string, model: string, status: SyncState, reason?: SyncReason | null): void
}

export const accountStatuses: readonly AccountStatus[] = ['COMPLETE', 'INCOMPLETE', 'RELINK_NEEDED', 'IDLE']
export const syncStates: readonly SyncState[] = ['SYNCING', 'DONE', 'FAILED', 'DISABLED', 'PAUSED', 'PARTIALLY_SYNCED']

export function createActions(settings: Settings, accounts: LinkedAccounts): Actions {
  let touches = 0
  const randomFor = (account: LinkedAccount) => randomFrom(settings.seed, account.id, 'touch', ++touches)

  return {
    accounts: () => accounts.list().map(describe),
    truth(linkedAccountId, model) {
      const { account, data } = linked(linkedAccountId)
      const definition = modelOf(account, model)
      const copies = data.mirror.copies(definition.id).filter((copy) => isServed(copy, definition))
      return copies.map((copy) => plainRecord(copy, definition))
    },
    change(linkedAccountId, change = {}) {
      const { account, data } = linked(linkedAccountId)
      const random = randomFor(account)
      const record = pick(account, change, random)
      const fields = change.fields ?? account.category.edit(record, random)
      data.source.put(edited(record, fields))
      return touched(account, [record], change.immediately)
    },
    remove(linkedAccountId, target = {}) {
      const { account, data } = linked(linkedAccountId)
      const record = pick(account, target, randomFor(account))
      const after = account.category.consequences(record, data.source.list)
      for (const { model, id } of [record, ...after.removed]) data.source.remove(model, id)
      for (const edit of after.edited) data.source.put(edited(edit.record, edit.fields))
      return touched(account, [record, ...after.removed, ...after.edited.map((edit) => edit.record)], target.immediately)
    },
    add,
    hire: add,
    sync: (linkedAccountId) => linked(linkedAccountId).data.mirror.requestSync(settings.clock.now()),
    setStatus(linkedAccountId, status, reason) {
      if (!accountStatuses.includes(status)) throw new SandboxError(`There is no status ${status}. Known: ${accountStatuses.join(', ')}.`)
      accounts.setStatus(known(linkedAccountId), status, reason)
    },
    relinkElsewhere(linkedAccountId) {
      const { account } = linked(linkedAccountId)
      accounts.complete(account, account.integration!, { elsewhere: true })
    },
    setModelStatus(linkedAccountId, model, status, reason) {
      if (!syncStates.includes(status)) throw new SandboxError(`There is no sync status ${status}. Known: ${syncStates.join(', ')}.`)
      const { account, data } = linked(linkedAccountId)
      data.mirror.setOutcome(modelOf(account, model).id, status, settings.clock.now(), reason)
    },
  }

  function add(linkedAccountId: string, { fields = {}, immediately }: Added = {}): Touched {
    const { account, data } = linked(linkedAccountId)
    const identify = identifier({ seed: settings.seed, linkedAccountId, company: account.company })
    const shared = { identify, today: settings.clock.now(), organizationName: companyName(account), find: data.source.list }
    const records = account.category.add({ ...shared, random: randomFor(account), number: ++account.added, fields })
    for (const record of records) data.source.put(record)
    return touched(account, records, immediately)
  }

  function known(linkedAccountId: string): LinkedAccount {
    const account = accounts.byId(linkedAccountId)
    if (!account) throw new SandboxError(`There is no linked account ${linkedAccountId} in the sandbox. See accounts().`)
    return account
  }

  function linked(linkedAccountId: string) {
    const account = known(linkedAccountId)
    if (!account.data) throw new SandboxError(`Linked account ${linkedAccountId} has no data yet: its link flow was never completed.`)
    return { account, data: account.data }
  }

  function touched(account: LinkedAccount, records: SourceRecord[], immediately = false): Touched {
    const all = records.map(({ model, id }) => ({ model, id }))
    if (immediately) for (const { model, id } of all) account.data!.mirror.copyNow(model, id, settings.clock.now())
    return { ...all[0]!, all }
  }
}

function modelOf(account: LinkedAccount, model: string) {
  const found = account.category.models.find((each) => isCalled(each, account.category.name, model))
  if (found) return found
  throw new SandboxError(
    `There is no model ${model} in ${account.category.name}. Known: ${account.category.models.map((each) => each.id).join(', ')}.`,
  )
}

function pick(account: LinkedAccount, target: Target, random: { pick<T>(list: readonly T[]): T }): SourceRecord {
  const model = modelOf(account, target.model ?? account.category.mainModel).id
  const records = account.data!.source.list(model)
  const named = ({ fields: { display_full_name, name, title, number, first_name, last_name } }: SourceRecord) =>
    [display_full_name, name, title, number, `${first_name} ${last_name}`].includes(target.name)
  const fitting = records.filter(
    (record) => (target.id === undefined || record.id === target.id) && (target.name === undefined || named(record)),
  )
  if (fitting.length === 0)
    throw new SandboxError(`The source system has no ${model} ${target.id ?? target.name ?? ''}`.trimEnd().concat('.'))
  return target.id === undefined && target.name === undefined ? random.pick(fitting) : fitting[0]!
}

function describe(account: LinkedAccount): SandboxAccount {
  const { data, integration } = account
  const count = (sync: ModelSync) => {
    const copies = data?.mirror.copies(sync.model.id) ?? []
    const deleted = copies.filter((copy) => copy.deleted).length
    return { id: sync.model.id, status: sync.status, initial: sync.initial, records: copies.length - deleted, deleted }
  }
  return {
    id: account.id,
    category: account.category.name,
    labels: account.category.labels,
    endUserOriginId: account.originId,
    organizationName: account.organizationName,
    status: account.status,
    integration: integration && { name: integration.name, slug: integration.slug },
    pendingChanges: data?.source.countUnseen() ?? 0,
    models: (data?.mirror.status() ?? []).filter((sync) => sync.model.available).map(count),
  }
}
