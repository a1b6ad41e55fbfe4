import { generateHistory } from '../history/generate.ts'
import type { History } from '../history/history.ts'
import { runHistory } from './run-history.ts'
import { shrink } from './shrink.ts'
import { inMemory, type OpenStorage } from './storage.ts'

/** A failing history as short as it gets, what happens in it, and how to see it again. `options`: of the command that does. */
export async function explain(seed: number, open: OpenStorage = inMemory, options = ''): Promise<string> {
  const history = await shrink(generateHistory(seed), (shorter) => runHistory(shorter, {}, open))
  const lines: string[] = []
  const { problems } = await runHistory(history, { trace: (line) => void lines.push(line) }, open)
  return [
    `History ${seed} (${history.family}), shrunk to ${history.events.length} events:`,
    JSON.stringify(settingsOf(history)),
    ...lines.map((line) => `  ${line}`),
    ...problems.map(({ kind, what }) => `${kind}: ${what}`),
    `Again: npm run prove -- ${options}--replay ${seed}`,
  ].join('\n')
}

function settingsOf({ events: _, models, ...history }: History) {
  return { ...history, models: models.map(({ initial, ...settings }) => ({ ...settings, initialRows: initial.writes.length })) }
}
