import { readFile } from 'node:fs/promises'

/** `/initialize.js`: the script that a page loads to get `window.MergeLink`. */
export async function serveScript(): Promise<Response> {
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'no-cache',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  }
  for (const place of places) {
    const script = await readFile(place, 'utf8').catch(() => null)
    if (script !== null) return new Response(script, { headers })
  }
  const advice = 'The sandbox has no initialize.js. Build it: pnpm --filter @connect-integration/sandbox build'
  return new Response(`console.error(${JSON.stringify(advice)})`, { status: 503, headers })
}

/** Beside the built bundle, and, when run from source, where the build puts it. */
const places = [new URL('./browser/initialize.js', import.meta.url), new URL('../../dist/browser/initialize.js', import.meta.url)]
