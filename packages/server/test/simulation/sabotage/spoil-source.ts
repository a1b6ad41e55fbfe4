import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** One defence taken away: what stands in a file of the sources, and what stands there instead. */
export interface SourceSabotage {
  /** Below `packages/server/src`. */
  file: string
  edits: readonly (readonly [from: string, to: string])[]
}

const SOURCES = new URL('../../../src/', import.meta.url)

/** The file as it is then. Throws where the text is not there exactly once: the source has moved on, and the sabotage has to. */
export function spoiled({ file, edits }: SourceSabotage): string {
  return edits.reduce(
    (text, [from, to]) => {
      const times = text.split(from).length - 1
      if (times !== 1) throw new Error(`${file} has ${times} times what the sabotage takes away: ${from}`)
      return text.replace(from, () => to)
    },
    readFileSync(new URL(file, SOURCES), 'utf8'),
  )
}

/** From now on this thread loads that file as it is with the defence gone. To be called before the SDK is loaded. */
export function spoilSource(sabotage: SourceSabotage): void {
  const url = new URL(sabotage.file, SOURCES).href
  registerHooks({
    load: (loaded, context, next) =>
      loaded === url ? { format: 'module-typescript', source: spoiled(sabotage), shortCircuit: true } : next(loaded, context),
  })
}
