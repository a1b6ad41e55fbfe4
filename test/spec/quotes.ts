import { dirname, join } from 'node:path/posix'
import type { ReadFile } from './page.ts'

/** A fenced block names its file in the info string: ```ts examples/app/file.ts */
const FENCE = /^```(\S*)[ \t]*(\S*)[^\n]*\n(.*?)^```$/gms

/** What is wrong with a guide: quoted code that its file does not have, TypeScript from nowhere, or a link to nothing. */
export function guideBreaches(path: string, text: string, readFile: ReadFile, exists: (path: string) => boolean): string[] {
  const quotes = [...text.matchAll(FENCE)].flatMap((match) => {
    const [, language = '', file = '', code = ''] = match
    const place = `${path}:${text.slice(0, match.index).split('\n').length}`
    if (file === '')
      return language === 'ts' ? [`${place}: TypeScript that names no file: quote an example, so that it is known to run`] : []
    const source = readFile(file)
    if (source === null) return [`${place}: there is no file ${file}`]
    return `\n${source}`.includes(`\n${code}`) ? [] : [`${place}: ${file} does not have these lines`]
  })
  const links = [...text.replace(FENCE, '').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target)
  const dead = links.filter((target) => !/^[a-z]+:/.test(target) && !exists(join(dirname(path), target)))
  return [...quotes, ...dead.map((target) => `${path}: the link ${target} leads nowhere`)]
}
