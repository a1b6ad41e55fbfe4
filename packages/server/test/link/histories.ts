import fc from 'fast-check'
import { expect } from 'vitest'
import { IntegrationError, type OriginIdStrategy } from '../../src/index.ts'
import type { Account, Storage } from '../../src/storage/port.ts'
import { led } from '../simulation/trial/storage.ts'
import { door } from '../support/http.ts'
import { opens } from '../support/tokens.ts'
import { deleteAtMerge, type Moments, moments, OPEN } from './moments.ts'
import { ROW_INVARIANTS } from './row-invariants.ts'

/** Somebody who does something to one organization's connections, all of them at once. */
export interface Actor {
  organization: 'org_a' | 'org_b'
  does: 'connects' | 'connects twice' | 'leaves' | 'relinks' | 'deletes' | 'announces' | 'works' | 'deletes at Merge' | 'renames'
  /** Whether it comes by the API or over HTTP. */
  door: 'api' | 'http'
  /** It waits for so many turns first. */
  late: number
}

export const actors = fc.array(
  fc.record<Actor>({
    organization: fc.constantFrom('org_a', 'org_b'),
    does: fc.constantFrom(
      'connects',
      'connects',
      'connects',
      'connects twice',
      'leaves',
      'relinks',
      'deletes',
      'deletes',
      'announces',
      'works',
      'deletes at Merge',
      'renames',
    ),
    door: fc.constantFrom('api', 'http'),
    late: fc.nat(12),
  }),
  { minLength: 2, maxLength: 7 },
)

/** Another store than memory, migrated already; or one with a fault. */
export interface Store {
  open?(clock: { now(): number }): Storage
  /** It waits for the real world, as a database does: then nothing else goes on and no time passes meanwhile, however long it takes. */
  isReal?: boolean
  sabotage?(storage: Storage): Storage
}

/**
 * Lets them all loose: the scheduler decides which of the calls to the store and to Merge is answered next. Each write is held against I1 to
 * I6, I9 and I12, each answer against I11, and the end against the others. Throws at the first that is broken.
 */
export async function live(
  scheduler: fc.Scheduler,
  strategy: OriginIdStrategy,
  everybody: readonly Actor[],
  more: Store = {},
): Promise<void> {
  const turn = (name: string) => scheduler.schedule(Promise.resolve(), name)
  let rows: Account[] = []
  let broken: string | null = null
  const clock = { now: (): number => world.time.clock.now() }
  const opened = more.open?.(clock)
  const isReal = more.isReal ?? false
  const storage = opened && led({ storage: opened, isReal }, { real: (work) => world.time.real(work) })
  const world: Moments = moments(
    { originIds: strategy, ...(storage ? { storage } : {}) },
    {
      wrap: (storage) =>
        new Proxy(more.sabotage?.(storage) ?? storage, {
          get(target, name: keyof Storage) {
            const method = target[name] as (...all: unknown[]) => Promise<unknown>
            if (!['reserve', 'get', 'update', 'list', 'purge'].includes(name)) return method
            return async (...given: unknown[]) => {
              await turn(name)
              const answer = await method.apply(target, given)
              if (name === 'update' || name === 'reserve' || name === 'purge') await watch(target)
              return answer
            }
          },
        }),
      network: async (request, next) => {
        await turn(new URL(request.url).pathname)
        const answer = await next()
        await turn('answer')
        return answer
      },
    },
  )

  /** The next is chosen when all that the one before has led to waits again. */
  const act = async (task: () => Promise<void>) => {
    await task()
    if (isReal) await world.time.settled()
  }
  const follow = <T>(work: Promise<T>): Promise<T> => world.run(scheduler.waitFor(work, act))

  async function watch(storage: Storage): Promise<void> {
    const after = (await storage.list({ limit: 100, status: EVERY_STATUS })).accounts
    for (const [name, check] of ROW_INVARIANTS) broken ??= ((what) => (what ? `${name}: ${what}` : null))(check(rows, after))
    rows = after
  }

  const heard: { organization: string; text: string }[] = []
  const linkTokens: string[] = []
  const exchanged = new Set<string>()
  const http = door(world).handler

  /** One question by either door; what is answered is kept. */
  async function ask(
    actor: Actor,
    method: string,
    path: string,
    body: unknown,
    byApi: () => Promise<unknown>,
  ): Promise<Record<string, never> | null> {
    try {
      const answer = actor.door === 'api' ? await byApi() : await overHttp(actor, method, path, body)
      heard.push({ organization: actor.organization, text: JSON.stringify(answer) ?? '' })
      return answer as Record<string, never>
    } catch (error) {
      if (!IntegrationError.isInstance(error) || !EXPECTED.test(error.code)) throw error
      heard.push({ organization: actor.organization, text: `${error.message} ${error.accountId}` })
      return null
    }
  }

  async function overHttp({ organization }: Actor, method: string, path: string, body: unknown): Promise<unknown> {
    const answer = await http(
      new Request(`https://app.test/api/integrations${path}`, {
        method,
        headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', 'x-test-organization': organization },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    const text = await answer.text()
    heard.push({ organization, text })
    if (answer.status === 503) throw new Error(`The server could not answer: ${text}`)
    return answer.ok && text !== '' ? JSON.parse(text) : null
  }

  async function finish(actor: Actor, linkToken: string | undefined): Promise<void> {
    if (linkToken === undefined) return
    linkTokens.push(linkToken)
    const owner = world.integrations.forOrganization(actor.organization)
    await turn('the customer')
    const finished = world.sandbox.link.complete(linkToken, 'bamboohr')
    if (actor.does === 'leaves' || !('publicToken' in finished)) return
    const { publicToken, linkedAccountId } = finished
    const exchange = () => ask(actor, 'POST', '/exchange', { publicToken }, () => owner.exchangePublicToken(publicToken))
    await Promise.all(actor.does === 'connects twice' ? [exchange(), exchange()] : [exchange()])
    exchanged.add(linkedAccountId)
  }

  async function play(actor: Actor): Promise<void> {
    for (let wait = 0; wait < actor.late; wait++) await turn('waits')
    const owner = world.integrations.forOrganization(actor.organization)
    const [mine] = (await owner.list()).toReversed()
    const account = mine === undefined ? null : await owner.account(mine.id)
    const path = `/accounts/${mine?.id}`
    if (actor.does === 'connects' || actor.does === 'connects twice' || actor.does === 'leaves') {
      const click = await ask(actor, 'POST', '/link-token', { category: 'hris' }, () => owner.createLinkToken(OPEN))
      await finish(actor, click?.linkToken)
    } else if (actor.does === 'works') await world.integrations.tick({ budgetMs: 60_000 })
    else if (actor.does === 'announces') {
      await world.sandbox.deliverWebhooks()
      for (const announcement of [...world.heardOf]) await world.announce(announcement)
    } else if (account === null) return
    else if (actor.does === 'relinks') {
      const click = await ask(actor, 'POST', `${path}/relink`, {}, () => account.relink(OPEN))
      await finish(actor, click?.linkToken)
    } else if (actor.does === 'deletes') await ask(actor, 'DELETE', path, undefined, () => account.delete())
    else if (actor.does === 'renames') await ask(actor, 'PATCH', path, { displayName: 'Ours' }, () => account.rename('Ours'))
    else {
      const row = await world.storage.get({ id: account.info.id, organizationId: actor.organization })
      if (row?.token) await deleteAtMerge(world, row)
    }
  }

  await follow(Promise.all(everybody.map(play)))
  for (let round = 0; round < 5; round++) {
    world.time.clock.advance(8 * 3_600_000)
    await follow(world.integrations.tick({ budgetMs: 300_000 }))
  }
  const report = await follow(world.integrations.audit())
  expect(broken).toBeNull()

  const atMerge = world.sandbox.accounts().filter(({ status }) => status === 'COMPLETE')
  const active = rows.filter(({ status }) => status === 'active')
  for (const row of active)
    expect(await opens(world, row), 'I5 and I8: the token of a living row opens its account').toBe(row.linkedAccountId)
  const covered = new Set(active.map(({ linkedAccountId }) => linkedAccountId))
  const told = new Set(report.orphans.map(({ linkedAccountId }) => linkedAccountId))
  const unfinished = new Set(rows.filter(({ id }) => report.unfinished.includes(id)).map(({ originId }) => originId))
  for (const { id, endUserOriginId } of atMerge) {
    if (covered.has(id)) continue
    expect(exchanged.has(id), `I7: ${id} was exchanged and is left over at Merge`).toBe(false)
    expect(told.has(id) || unfinished.has(endUserOriginId), `I7: the audit tells of ${id}`).toBe(true)
  }
  for (const { originId, linkedAccountId } of active)
    expect(atMerge.find(({ id }) => id === linkedAccountId)?.endUserOriginId, 'I9').toBe(originId)
  const kept = JSON.stringify(rows)
  for (const linkToken of linkTokens) expect(kept.includes(linkToken), 'I10: no link token is stored').toBe(false)
  for (const { organization, text } of heard)
    for (const row of rows)
      if (row.organizationId !== organization)
        for (const secret of [row.id, row.originId, row.linkedAccountId ?? row.id])
          expect(text.includes(secret), `I11: ${organization} hears of ${row.organizationId}`).toBe(false)
  for (const row of rows.filter(({ status }) => status === 'deleted'))
    for (const model of ['hris.Employee', 'hris.Company', 'hris.TimeOff', '@account']) {
      const { changes } = await world.storage.changes({ accountId: row.id, model, after: 0, limit: 1 })
      expect(changes, 'I12').toEqual([])
    }
}

const EXPECTED = /^(LINK_|BUSY$|ALREADY_|STORE_CONFLICT$|RATE_LIMITED$)/
const EVERY_STATUS = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted'] as const
