import { describe, expect, test } from 'vitest'
import { decideAnnouncedRelink } from '../../src/link/decide.ts'
import { finishDeletion } from '../../src/link/delete-account.ts'
import { readDetails } from '../../src/link/details.ts'
import { settleCandidates } from '../../src/link/settle-candidates.ts'
import { ACME, handleOf, rowOf, setup, type World } from '../support/setup.ts'
import { STEPS, steppable } from '../support/steps.ts'
import { closedTab, withWebhooks } from '../support/webhooks.ts'

const OPEN = { category: 'hris', ...ACME }
const MINUTE = 60_000

/** Whether Merge is asked whose a made-up public token is: only while an attempt is open. */
async function isAsked(world: World): Promise<boolean> {
  const before = world.requests.length
  await world.run(world.acme.exchangePublicToken('a-token-that-looks-real').catch(() => {}))
  return world.requests.length > before
}

describe('an attempt', () => {
  test.each(STEPS)('is completed although the clock steps by %s while its modal is open', async (_, ms) => {
    const world = steppable(setup)
    const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
    world.step(ms)
    world.time.clock.advance(20 * MINUTE)
    expect(await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).toMatchObject({ id: accountId, status: 'active' })
  })

  test.each(STEPS)('that is deleted while its modal is open is removed at Merge again although the clock steps by %s', async (_, ms) => {
    const world = steppable(setup)
    const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
    await world.run((await handleOf(world, accountId)).delete())
    world.step(ms)
    world.time.clock.advance(20 * MINUTE)
    await expect(world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
    expect(world.sandbox.accounts()).toEqual([])
  })

  test('that was opened by a clock a year ahead, and again by a right one, closes with its second modal', async () => {
    const world = steppable(setup)
    const restarted = () => Object.assign(world, { acme: world.another().forOrganization('org_acme') })
    world.step(365 * 24 * 60 * MINUTE)
    await world.run(world.acme.createLinkToken(OPEN))
    world.step(-365 * 24 * 60 * MINUTE)
    await world.run(restarted().acme.createLinkToken(OPEN))
    world.time.clock.advance(44 * MINUTE)
    expect(await isAsked(restarted())).toBe(true)
    world.time.clock.advance(MINUTE)
    expect(await isAsked(restarted())).toBe(false)
  })
})

describe('a webhook of a relink', () => {
  const row = { status: 'active' } as never
  const now = Date.UTC(2026, 0, 5, 9)
  const decided = (signedInAt: number) => decideAnnouncedRelink(row, { ...readDetails({ details: null }), signedInAt }, now)

  test.each([0, -9 * MINUTE, 5_000])('is the same as a sign-in that was counted %i ms from now', (ms) => {
    expect(decided(now + ms)).toBeNull()
  })

  test.each([-10 * MINUTE, 11_000, 9 * MINUTE, 6 * 60 * MINUTE, 365 * 24 * 60 * MINUTE])(
    'is another one than a sign-in that was counted %i ms from now',
    (ms) => {
      expect(decided(now + ms)).toMatchObject({ wake: 0, updatedAt: now })
    },
  )
})

describe('a token that a webhook brought, and that Merge does not know yet', () => {
  /** Attempts of the work loop: when Merge was asked, in milliseconds since the first question. */
  async function questions(step: (world: ReturnType<typeof steppable<ReturnType<typeof withWebhooks>>>, asked: number) => void) {
    const world = steppable(withWebhooks)
    const { accountId } = await closedTab(world)
    await world.deliver()
    world.sandbox.fault({ kind: 'status', status: 401, path: '/account-details', count: Number.POSITIVE_INFINITY })
    const asked = () => world.requests.filter((request) => request.includes('/account-details')).length
    const moments: number[] = []
    for (let second = 0; second < 400; second++) {
      const before = asked()
      await world.work(1_000)
      if (asked() === before) continue
      moments.push(world.time.clock.monotonic())
      step(world, moments.length)
    }
    expect(await rowOf(world, accountId)).toMatchObject({ status: 'pending', due: null })
    return moments.map((moment) => moment - (moments[0] ?? 0))
  }

  test('is asked about three times, a minute and two apart', async () => {
    expect(await questions(() => {})).toEqual([0, 60_000, 180_000])
  })

  test.each(STEPS)('is asked about as often, and no later, when the clock steps by %s after the first question', async (_, ms) => {
    const [first, second = Number.NaN, third = Number.NaN, ...more] = await questions((world, asked) => {
      if (asked === 1) world.step(ms)
    })
    expect([first, more]).toEqual([0, []])
    // A step back that is smaller than the wait looks like time that has not passed.
    expect(second).toBeLessThanOrEqual(60_000 + (-ms < 60_000 ? Math.max(0, -ms) : 0))
    expect(third - second).toBe(120_000)
  })

  test.each(STEPS)('waits as long as ever when the clock steps by %s while Merge is asked', async (_, ms) => {
    const network = (request: Request, next: () => Promise<Response>) => {
      if (request.url.includes('/account-details')) world.step(ms)
      return next()
    }
    const world = steppable(withWebhooks, {}, { network })
    const { accountId } = await closedTab(world)
    await world.deliver()
    world.sandbox.fault({ kind: 'status', status: 401, path: '/account-details', count: Number.POSITIVE_INFINITY })
    const settle = async () => world.run(settleCandidates(world.integrations.core.link, await rowOf(world, accountId)))
    expect(await settle()).toEqual({ attached: false, againInMs: 60_000 })
    expect(await settle()).toEqual({ attached: false, againInMs: 60_000 })
  })
})

test.each(STEPS)(
  'a deletion that Merge does not answer waits half a minute, then ever longer, however often the clock steps by %s',
  async (_, ms) => {
    const world = steppable(setup)
    const id = await world.connect()
    world.sandbox.fault({ kind: 'status', status: 503, path: '/delete-account', count: Number.POSITIVE_INFINITY })
    const row = await rowOf(world, id)
    await world.storage.update(row.id, row.revision, { status: 'deleting' })
    const waits: number[] = []
    for (let tries = 0; tries < 11; tries++) {
      world.step(tries % 2 === 0 ? ms : -ms)
      const result = await world.run(finishDeletion(world.integrations.core.link, await rowOf(world, id)))
      if (result === 'deleted') throw new Error('It was deleted.')
      waits.push(result.retryInMs / 1_000)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 21_600])
  },
)
