import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeStorage, runStorageCheck, type StorageFactory, storageChecks } from '@connect-integration/testkit'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import createStorage from '../../kit.ts'
import { ownTests } from './own-tests.ts'
import { connectRedis, withoutRedis } from './server.ts'

const redis = await connectRedis()
if (redis) onRedis(redis)
else withoutRedis('redisStorage')

function onRedis(redis: Redis) {
  afterAll(() => redis.quit())
  describeStorage('redisStorage', createStorage, { test })
  describe('redisStorage by the server’s own clock', serverClock)
  describe('redisStorage', () => ownTests(redis))
  describe('the settings that durable commits need', () => durability(redis))
  test('several processes on one server, and processes that are killed', manyProcesses)
}

/** As in production: nobody passes a clock, and the scripts ask the server. */
function serverClock() {
  const withoutClock: StorageFactory = async ({ place }) => {
    const { clock: _, ...fixture } = await createStorage({ place, clock: undefined as never })
    return fixture
  }
  const checks = storageChecks.filter(({ method }) => ['claim', 'renew', 'schedule', 'stats'].includes(method))
  for (const check of checks.filter(({ needs }) => needs !== 'clock')) {
    test(check.id, async () => {
      expect(await runStorageCheck(check, withoutClock)).toEqual({ skipped: null })
    })
  }

  test('a check that sets the clock is skipped, and says why', async () => {
    const check = checks.find(({ needs }) => needs === 'clock')!
    expect(await runStorageCheck(check, withoutClock)).toEqual({ skipped: expect.stringContaining('the fixture has no "clock"') })
  })
}

function durability(redis: Redis) {
  const check = storageChecks.find(({ needs }) => needs === 'durability')!
  afterEach(() => vi.unstubAllEnvs())

  test('are asked for when somebody says that the server is to be durable', async () => {
    const settings = Object.fromEntries(
      await Promise.all(['appendonly', 'appendfsync'].map(async (name) => (await redis.config('GET', name)) as [string, string])),
    )
    const isDurable = settings.appendonly === 'yes' && settings.appendfsync === 'always'
    vi.stubEnv('REDIS_DURABLE', '1')
    const outcome = await runStorageCheck(check, createStorage).catch((error: Error) => error.message)
    if (isDurable) expect(outcome).toEqual({ skipped: null })
    else expect(outcome).toMatch(/append(only|fsync) is not what durable commits need/)
  })

  test('are not asked for otherwise', async () => {
    expect(await runStorageCheck(check, createStorage)).toEqual({ skipped: 'the fixture has no "durability"' })
  })
}

/** The command itself, on the sources: it exits with 1 when a check fails. */
async function manyProcesses() {
  const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))
  const node = ['--no-warnings', '--import', new URL('../../../../packages/testkit/test/fixtures/from-source.mjs', import.meta.url).href]
  const kit = [
    file('packages/testkit/src/bin.ts'),
    file('examples/redis-storage/kit.ts'),
    '--profile',
    'ordered',
    '--processes',
    '4',
    '--kill',
  ]
  for (const only of ['processes: ', 'kill: ']) {
    const { stdout } = await promisify(execFile)(process.execPath, [...node, ...kit, '--only', only])
    expect(stdout).toMatch(/storage contract 1 · (\d+) of \1, .* · profile ordered/)
  }
}
