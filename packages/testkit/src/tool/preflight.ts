import { IntegrationError, type Status, type Storage } from '@connect-integration/server/storage'
import { newAccount } from '../storage/examples.ts'
import { newPlace, type StorageFactory, type StorageFixture } from '../storage/fixture.ts'
import { manualClock } from '../storage/manual-clock.ts'
import { messageOf } from '../storage/run-check.ts'
import { KitError } from './kit-error.ts'

const CONTRACT = 1
const METHODS = [
  'migrate',
  'close',
  'reserve',
  'get',
  'update',
  'list',
  'schedule',
  'claim',
  'renew',
  'commit',
  'purge',
  'changes',
  'stats',
]
const STATUSES: Status[] = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted']

/**
 * What would make every check fail for one and the same reason is said here once: a factory that throws, another contract or profile,
 * a clock that is not passed on, a store that is not new. Throws a `KitError`.
 */
export async function preflight(factory: StorageFactory, profile: Storage['profile']): Promise<void> {
  await withFixture(factory, async ({ storage, clock }) => {
    checkContract(storage, profile)
    await attempt('storage.migrate()', () => storage.migrate())
    await checkEmpty(storage, 'A store that was just made has accounts in it.')
    await attempt('storage.reserve()', () => storage.reserve(newAccount('preflight')))
    if (clock) await checkClock(storage, clock)
  })
  await withFixture(factory, async ({ storage }) => {
    await attempt('storage.migrate()', () => storage.migrate())
    await checkEmpty(storage, 'What one fixture has written is still there in the next one.')
  })
}

async function withFixture(factory: StorageFactory, work: (fixture: StorageFixture) => Promise<void>) {
  const fixture = await attempt('The factory', async () => factory({ clock: manualClock(), place: newPlace() }))
  const wrong = problemOf(fixture)
  if (wrong) throw new KitError(`The factory gives back ${wrong}. It should give { storage, clock, close }.`)
  try {
    await work(fixture)
  } finally {
    await attempt('storage.close()', () => fixture.storage.close())
    await attempt('The fixture’s close()', () => fixture.close())
  }
}

function problemOf(fixture: unknown): string | null {
  if (typeof fixture !== 'object' || fixture === null) return String(fixture)
  const { storage, close } = fixture as Partial<StorageFixture>
  if (typeof storage !== 'object' || storage === null) return `no "storage" (it has ${Object.keys(fixture).join(', ') || 'nothing'})`
  const missing = METHODS.filter((method) => typeof storage[method as keyof Storage] !== 'function')
  if (missing.length > 0) return `a storage without ${missing.join(', ')}`
  return typeof close === 'function' ? null : 'no "close", which has to remove the store'
}

function checkContract({ contract, profile }: Storage, expected: Storage['profile']) {
  if (contract !== CONTRACT) throw new KitError(`The adapter is written for contract ${contract}; this kit checks contract ${CONTRACT}.`)
  if (profile === expected) return
  throw new KitError(`The adapter says that its profile is "${profile}", and --profile says "${expected}". Let both say the same.`)
}

async function checkEmpty(storage: Storage, otherwise: string) {
  const { accounts } = await attempt('storage.list()', () => storage.list({ limit: 1, status: STATUSES }))
  if (accounts.length === 0) return
  throw new KitError(`${otherwise} Open a new store for every \`place\`, and remove it in the fixture's close().`)
}

async function checkClock(storage: Storage, clock: NonNullable<StorageFixture['clock']>) {
  await clock.advance(1234)
  const { account } = await attempt('storage.reserve()', () => storage.reserve(newAccount('preflight')))
  await attempt('storage.schedule()', () => storage.schedule(account.id, 0))
  const found = await attempt('storage.get()', () => storage.get({ id: account.id, organizationId: account.organizationId }))
  const due = found?.due
  if (due === clock.now()) return
  throw new KitError(
    `The fixture gives back \`clock\`, which says ${clock.now()}, but the store says ${due} for its now. Pass \`clock\` on to the adapter; or, if the store goes by a clock of its own, leave \`clock\` out of the fixture.`,
  )
}

async function attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof KitError) throw error
    const code = IntegrationError.isInstance(error) ? ` (${error.code})` : ''
    throw new KitError(`${what} failed${code}: ${messageOf(error)}`, { cause: error })
  }
}
