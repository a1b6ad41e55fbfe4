// `npm run prove -- --connects`: the customers of packages/storage-sql/test/connects, as many as you like, all at once.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { connectMany } from '../../packages/storage-sql/test/connects/connect-many.ts'
import { startEmbeddedPostgres } from '../../packages/storage-sql/test/support/postgres-server.ts'

const CLICKS = 10
const REPORT = '.cache/prove/connects.report.json'

/**
 * So many clicks (10,000 unless told otherwise), ten of each organization, in four processes on one PostgreSQL from npm. Returns the exit code: 1 when
 * there is not exactly one connection for each organization, here and at Merge, with a token of its own.
 */
export async function proveConnects({ connects = 10_000, json = REPORT } = {}) {
  const organizations = Math.max(1, Math.round(connects / CLICKS))
  const server = await startEmbeddedPostgres()
  try {
    console.log(`${organizations * CLICKS} clicks of ${organizations} organizations in 4 processes …`)
    const found = await connectMany({
      url: server.url,
      organizations,
      clicks: CLICKS,
      finished: CLICKS,
      processes: 4,
      strategy: 'one-per-category',
    })
    const report = { ok: found.problems.length === 0, organizations, ...found, problems: found.problems.slice(0, 100) }
    mkdirSync(dirname(resolve(json)), { recursive: true })
    writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
    console.log(
      `${report.connects} clicks, ${report.exchanges} exchanges and ${report.webhooks} webhooks in ${report.seconds} s: ${report.rows} rows, ${report.originIds} origin ids, ${report.tokens} tokens, ${report.atMerge} accounts at Merge.`,
    )
    for (const problem of report.problems.slice(0, 10)) console.log(`✗ ${problem}`)
    console.log(`Report: ${json}`)
    return report.ok ? 0 : 1
  } finally {
    await server.stop()
  }
}
