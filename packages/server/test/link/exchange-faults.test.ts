import type { FaultKind } from '@connect-integration/sandbox'
import { expect, test } from 'vitest'
import { IntegrationError } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { ACME, infoOf, rowOf, setup, type World } from '../support/setup.ts'
import { opens } from '../support/tokens.ts'

const OPEN = { category: 'hris', ...ACME }
const KINDS: [FaultKind, number?][] = [
  ['status', 500],
  ['status', 502],
  ['status', 503],
  ['status', 408],
  ['status', 429],
  ['html'],
  ['truncate'],
  ['empty'],
  ['reset'],
  ['cut'],
]
const STEPS = ['/link-token', '/account-token/', '/account-details']

/** Clicks, completes and exchanges until it is linked; returns the failures on the way. */
async function persist(world: World): Promise<unknown[]> {
  const failures: unknown[] = []
  for (;;) {
    try {
      const { linkToken } = await world.run(world.acme.createLinkToken(OPEN))
      await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
      return failures
    } catch (error) {
      failures.push(error)
      if (failures.length > 10) throw error
    }
  }
}

async function oneAccountWithAWorkingToken(world: World): Promise<void> {
  const accounts = await world.acme.list()
  expect(accounts).toHaveLength(1)
  expect(world.sandbox.accounts()).toHaveLength(1)
  expect(accounts[0]?.status).toBe('active')
  expect(await opens(world, await rowOf(world, accounts[0]?.id ?? ''))).toBe(world.sandbox.accounts()[0]?.id)
}

for (const path of STEPS) {
  for (const [kind, status] of KINDS) {
    test.each([1, 4, 9])(
      `${path} meets ${kind} ${status ?? ''} %i times: nothing is lost or made twice, and another click repairs it`,
      async (count) => {
        const world = setup({}, { sandbox: { employees: 1 } })
        world.sandbox.fault({ kind, path, count, ...(status ? { status } : {}) })
        for (const failure of await persist(world)) {
          expect(IntegrationError.isInstance(failure)).toBe(true)
          expect((failure as IntegrationError).code).toMatch(/^(UPSTREAM_|LINK_NOT_FOUND$)/)
        }
        await oneAccountWithAWorkingToken(world)
      },
    )
  }
}

test('an answer that never comes is given up after half a minute, and once more after the other half', async () => {
  const world = setup({}, { sandbox: { employees: 1 } })
  world.sandbox.fault({ kind: 'delay', path: '/link-token', delayMs: 3_600_000, count: 4 })
  const before = world.time.clock.now()
  await expect(world.run(world.acme.createLinkToken(OPEN))).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT', retryable: true })
  expect(world.time.clock.now() - before).toBe(60_000)
  expect(world.log.filter((line) => line.startsWith('Merge will be asked again'))).toHaveLength(1)
  await persist(world)
  await oneAccountWithAWorkingToken(world)
})

test('a process that dies between Merge’s answer and the store loses nothing that a click does not bring back', async () => {
  let dies = true
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    update: (id, revision, patch) =>
      dies && patch.token ? Promise.reject(new Error('the process is gone')) : storage.update(id, revision, patch),
  })
  const world = setup({}, { sandbox: { employees: 1 }, wrap })
  const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
  const publicToken = world.complete(linkToken)
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toThrow('the process is gone')
  expect((await infoOf(world, accountId)).status).toBe('pending')
  dies = false
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toMatchObject({ code: 'LINK_NOT_FOUND' })
  await persist(world)
  await oneAccountWithAWorkingToken(world)
})

test.each(KINDS)('the exchange is asked for once, because its first answer spends the token, heard or not: %s %s', async (kind, status) => {
  const world = setup({}, { sandbox: { employees: 1 } })
  const { linkToken } = await world.run(world.acme.createLinkToken(OPEN))
  world.sandbox.fault({ kind, path: '/account-token/', count: 9, ...(status ? { status } : {}) })
  await expect(world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).rejects.toThrow()
  expect(world.requests.filter((request) => request.includes('/account-token/'))).toHaveLength(1)
})
