import { resolve } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { launchOptions } from '../../scripts/browser.mjs'
import { bundleForPage } from './bundle.ts'

/** Runs `work` with a browser, headless, and closes it. */
export async function withBrowser<Answer>(work: (browser: Browser) => Promise<Answer>): Promise<Answer> {
  const browser = await chromium.launch(await launchOptions())
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}

/** The source of one of `benchmarks/pages`, bundled. */
export async function bundlePage(name: string): Promise<string> {
  const file = resolve(import.meta.dirname, '../pages', `${name}.mjs`)
  return Buffer.from(await bundleForPage({ entryPoints: [file] })).toString()
}

/** What it took, in CPU time of the page's own thread except where it says otherwise. */
export interface Drawing {
  /** Milliseconds on the clock, from the start of the import until everything stands in its place. */
  wallMs: number
  /** The same in CPU time. */
  totalMs: number
  /** Milliseconds without the import. */
  drawMs: number
  /** Milliseconds of each task, the longest first; none unless it was asked for. */
  tasks: number[]
}

/** Loads the bundle into a page that knows nothing yet, has its function `draw` put `count` on it, and lays it out. */
export async function drawIn(browser: Browser, bundle: string, count: number, draw: string, traced: boolean): Promise<Drawing> {
  const context = await browser.newContext({ viewport: { width: 1_000, height: 800 } })
  try {
    const page = await context.newPage()
    // Whatever else is asked for is never answered.
    await page.route('**/*', (route) => {
      if (route.request().url() === ADDRESS) void route.fulfill({ body: PAGE, contentType: 'text/html' })
    })
    await page.goto(ADDRESS)
    const session = await context.newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    const spentMs = async () => {
      const { metrics } = await session.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000
    }
    if (traced) await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] })
    const start = await spentMs()
    const importMs = await page.evaluate(async (source) => {
      const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
      const begin = performance.now()
      Object.assign(globalThis, { drawings: await import(address) })
      return performance.now() - begin
    }, bundle)
    const imported = await spentMs()
    const layoutMs = await page.evaluate(
      async ({ draw, count }) => {
        const main = document.querySelector('main')!
        const begin = performance.now()
        await (globalThis as unknown as Record<string, Record<string, Draw>>).drawings![draw]!(main, count)
        main.getBoundingClientRect()
        return performance.now() - begin
      },
      { draw, count },
    )
    const end = await spentMs()
    return {
      wallMs: importMs + layoutMs,
      totalMs: end - start,
      drawMs: end - imported,
      tasks: traced ? longestTasks(await browser.stopTracing()) : [],
    }
  } finally {
    await context.close()
  }
}

type Draw = (parent: Element, count: number) => Promise<void>

const ADDRESS = 'http://bench.test/'
const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bench</title><link rel="icon" href="data:,"><main></main>'

function longestTasks(trace: Buffer): number[] {
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(trace.toString())
  const isPage = ({ pid, tid }: TraceEvent) => pages.some((page) => page.pid === pid && page.tid === tid)
  const pages = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && isPage(event))
  return tasks.map(({ tdur = 0 }) => tdur / 1000).sort((one, other) => other - one)
}

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** Microseconds of CPU. */
  tdur?: number
  args?: { name?: string }
}
