// `npm run prove -- --webhooks`: the forgeries of packages/server/test/webhooks/fuzz.ts, as many as you like.

import { writeFileSync } from 'node:fs'
import { fuzz } from '../../packages/server/test/webhooks/fuzz.ts'

/** Those of `npm test` come first, then others: the numbers go on. */
const CHUNK = 100_000
/** What the process may grow by, once it has warmed up. */
const MOST_GROWTH = 50 * 1024 * 1024

/**
 * Tries so many forgeries (10,000,000 unless told otherwise) and returns the exit code: 1 when one was taken, when something broke, or when
 * the memory of this process kept growing.
 */
export async function proveWebhooks({ forgeries = 10_000_000, milliseconds = Number.POSITIVE_INFINITY, json } = {}) {
  const began = Date.now()
  const report = { ok: true, forgeries: 0, kinds: {}, wrong: [], grewBytes: 0 }
  let settled = 0
  while (report.forgeries < forgeries && Date.now() - began < milliseconds) {
    const { tried, kinds, wrong } = fuzz(report.forgeries, Math.min(CHUNK, forgeries - report.forgeries))
    report.forgeries += tried
    for (const [kind, times] of Object.entries(kinds)) report.kinds[kind] = (report.kinds[kind] ?? 0) + times
    report.wrong = [...report.wrong, ...wrong].slice(0, 100)
    const { rss } = process.memoryUsage()
    // The first pieces fill caches and compile.
    if (report.forgeries <= 5 * CHUNK) settled = Math.max(settled, rss)
    else report.grewBytes = rss - settled
    if (report.forgeries % (10 * CHUNK) === 0) console.log(`${report.forgeries} of ${forgeries}, ${report.wrong.length} went wrong`)
  }
  const flat = report.grewBytes < MOST_GROWTH
  report.ok = report.wrong.length === 0 && flat
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
  const seconds = (Date.now() - began) / 1000
  console.log(
    `${report.forgeries} forgeries of ${Object.keys(report.kinds).length} kinds in ${seconds.toFixed(0)} s; memory ${(report.grewBytes / 2 ** 20).toFixed(0)} MB more at the end than after warming up.`,
  )
  for (const what of report.wrong.slice(0, 10)) console.log(`✗ ${what}`)
  if (!flat) console.log('✗ the memory of this process kept growing')
  return report.ok ? 0 : 1
}
