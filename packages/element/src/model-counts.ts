import type { ListedSync } from './accounts.ts'
import { fill, formatsFor } from './formats.ts'

/**
 * What the first sync has brought so far, such as "1,240 employees · 96 teams so
 * far": at most three kinds, in the server's order, so that they keep their
 * places while they grow. Where no kind has a plain word it is "1,336 records so
 * far"; empty before the first one.
 */
export function countedSoFar(models: ListedSync['models'], records: number, text: (key: string) => string): string {
  const { number, plural } = formatsFor(text('language'))
  const kinds = Object.entries(models ?? {}).flatMap(([model, { records: count = 0 }]) => {
    const [one, many = one] = nounOf(model.replace(/.*\./, ''), text).split('|')
    return count && one ? [fill(text('counted'), { count: number(count), what: plural(count) === 'one' ? one : many! })] : []
  })
  // Not filled in as a run of its own: whichever way the page runs, so do the kinds.
  if (kinds.length) return text('so_far').replace('{what}', kinds.slice(0, 3).join(' · '))
  return records ? fill(text(`records_${plural(records)}`) || text('records_other'), { count: number(records) }) : ''
}

/** One and many, with a bar between; one word where the language makes no difference; empty for what has no plain word. */
function nounOf(model: string, text: (key: string) => string): string {
  const known = text(`model_${model}`)
  // English says what the name says, except where that is none: "bank info", "time off", or where its plural is not this simple.
  if (known || text('language') !== 'en' || /(Info|Off|oc|OC|ss|es|ox)$/.test(model)) return known
  const words = model.replace(/\B[A-Z]/g, ' $&').toLowerCase()
  return `${words}|${words.replace(/y$/, 'ie')}s`
}
