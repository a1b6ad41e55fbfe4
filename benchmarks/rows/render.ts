import { bundlePage, type Drawing, drawIn, withBrowser } from '../support/browser-page.ts'
import { comparePairs, type Pair } from '../support/compare.ts'
import { countLine, type Goal, type Line, median, ratioLine } from '../support/line.ts'
import type { Settings } from '../support/settings.ts'

/** What a page pays for the elements on the screen: the first one, a thousand of them, and long lists. */
export function render({ quick }: Settings): Promise<Line[]> {
  return withBrowser(async (browser) => {
    const [ours, react, shoelace, lit, lists] = await Promise.all(
      ['connect-integration', 'react-merge-link', 'shoelace-button', 'lit-button', 'long-lists'].map((name) => bundlePage(name)),
    )
    const drawing = (bundle: string | undefined, count: number) => () => drawIn(browser, bundle!, count, 'draw', false)
    const samples = quick ? 5 : 25
    const first = (peer: string | undefined) => comparePairs(samples, drawing(ours, 1), drawing(peer, 1))
    const many = (peer: string | undefined) => comparePairs(quick ? 3 : 11, drawing(ours, 1_000), drawing(peer, 1_000))
    const times = async (draw: string, count: number) => {
      const taken: Drawing[] = []
      for (let sample = 0; sample < (quick ? 3 : 9); sample++) taken.push(await drawIn(browser, lists!, count, draw, true))
      return taken
    }
    const [beside, bare] = [await first(react), await first(lit)]
    return [
      msLine('first <connect-integration>, import to layout / React and react-merge-link, time', beside, 'wallMs', { atMost: 0.35 }),
      msLine('first <connect-integration>, import to layout / React and react-merge-link, CPU', beside, 'totalMs', null),
      msLine('first <connect-integration>, import to layout / a bare button in Lit, CPU', bare, 'totalMs', null),
      msLine('1,000 <connect-integration>, drawn and laid out / 1,000 buttons of Shoelace, CPU', await many(shoelace), 'drawMs', {
        atMost: 0.6,
      }),
      msLine('1,000 <connect-integration>, drawn and laid out / 1,000 bare buttons in Lit, CPU', await many(lit), 'drawMs', null),
      msLine(
        '1,000 <connect-integration>, drawn and laid out / 1,000 buttons with React and react-merge-link, CPU',
        await many(react),
        'drawMs',
        null,
      ),
      longLine('1,000 rows of <integration-list>: tasks over 50 ms of CPU but one', await times('drawList', 1_000)),
      longLine('500 cards of <integration-catalog>: tasks over 50 ms of CPU but one', await times('drawCatalog', 500)),
    ]
  })
}

function msLine(what: string, pairs: Pair<Drawing>[], figure: 'wallMs' | 'totalMs' | 'drawMs', goal: Goal | null): Line {
  const middles = (['ours', 'peer'] as const).map((side) => median(pairs.map((pair) => pair[side][figure])).toFixed(1)).join(' / ')
  return ratioLine(pairs, (drawing) => drawing[figure], { what, goal, note: `${middles} ms` })
}

function longLine(what: string, drawings: Drawing[]): Line {
  const longest = drawings.map(({ tasks }) => tasks.slice(0, 2).map((task) => task.toFixed(0)))
  return countLine(
    // The first answer, which draws the first portion, is the longest of all.
    drawings.map(({ tasks }) => tasks.slice(1).filter((task) => task > 50).length),
    { what, goal: { atMost: 0 }, note: `the two longest of each sample: ${longest.map((pair) => pair.join(' and ')).join(', ')} ms` },
  )
}
