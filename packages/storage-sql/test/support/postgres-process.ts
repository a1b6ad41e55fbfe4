import { createInterface } from 'node:readline'
import { postgresStorage } from '@connect-integration/storage-sql'
import { newAccount, pageNumber } from '../fixtures/examples.ts'

/**
 * A process of its own on a shared database: `postgres-process.ts <job> <url> <name>`. Says "ready", waits for a line, does the job, and
 * answers with lines of JSON; the parent may end it at any time.
 */
const [job, url, name] = process.argv.slice(2) as [string, string, string]
const storage = postgresStorage(url)
const say = (answer: unknown) => console.log(JSON.stringify(answer))

const jobs: Record<string, () => Promise<unknown>> = {
  migrate: () => storage.migrate(),

  async reserve() {
    for (let slot = 0; slot < 20; slot++) {
      const { account, created } = await storage.reserve(newAccount(`${name}-${slot}`, { slot: `slot-${slot}` }))
      if (created) say(account.id)
    }
  },

  /** Takes everything that is due, a few at a time. */
  async claim() {
    for (;;) {
      const claims = await storage.claim({ owner: name, leaseMs: 600_000, limit: 3 })
      if (claims.length === 0) return
      for (const { account } of claims) say(account.id)
    }
  },

  async count() {
    for (let round = 0; round < 50; round++) await storage.schedule('id-shared', 0)
  },

  /** Commits page after page from the checkpoint on and says so each time, until it is killed. */
  async commit() {
    const [claimed] = await storage.claim({ owner: name, leaseMs: 0, limit: 1, accountId: 'id-shared' })
    const done = Number(claimed!.account.models['hris.Employee']?.checkpoint ?? 0)
    for (let number = done + 1; ; number++) {
      await storage.commit(pageNumber(number, claimed!.fence))
      say(number)
    }
  },
}

const lines = createInterface({ input: process.stdin })
lines.once('line', async () => {
  await jobs[job]!()
  await storage.close()
  lines.close()
})
console.log('ready')
