import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundleForPage } from '../support/bundle.ts'
import { bytesLine, exactRatioLine, type Line } from '../support/line.ts'

/** What a page downloads for the elements: the bundles for a script tag, Lit inside. */
export async function elementBytes(): Promise<Line[]> {
  const bundle = await readFile(fileURLToPath(import.meta.resolve('@connect-integration/element/connect-integration.js')))
  const all = await readFile(fileURLToPath(import.meta.resolve('@connect-integration/element/elements.js')))
  const ours = gzip(bundle)
  const source = `export { LitElement, html, css } from 'lit'`
  const lit = gzip(await bundleForPage({ stdin: { contents: source, resolveDir: import.meta.dirname } }))
  return [
    bytesLine(ours, {
      what: '<connect-integration> with Lit, bytes gzipped',
      goal: { atMost: 10_000 },
      note: `${bundle.length.toLocaleString('en-US')} bytes before gzip`,
    }),
    bytesLine(gzip(all), {
      what: 'all elements with Lit, bytes gzipped',
      goal: { atMost: 20_000 },
      note: `${all.length.toLocaleString('en-US')} bytes before gzip`,
    }),
    exactRatioLine(ours / lit, {
      what: '<connect-integration> with Lit / Lit alone',
      goal: null,
      note: `${ours.toLocaleString('en-US')} bytes / ${lit.toLocaleString('en-US')} bytes`,
    }),
  ]
}

function gzip(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length
}
