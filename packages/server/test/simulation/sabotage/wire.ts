import type { Answer } from '../merge/server.ts'
import type { Wiretap } from '../world/network.ts'

/** The ways in which a sync engine goes wrong, done to its requests and to what it is answered. Each makes a fresh one per history. */
export const WIRE_SABOTAGES: Record<string, () => Wiretap> = {
  'never asks for deleted records': () => ({ request: (url) => url.searchParams.delete('include_deleted_data') }),

  'reads up to the last sync of Merge only': () => {
    const finished = new Map<string, string>()
    return {
      request(url) {
        const before = finished.get(url.pathname)
        if (url.searchParams.has('include_deleted_data') && before !== undefined) url.searchParams.set('modified_before', before)
      },
      answer(url, answer) {
        if (!url.pathname.endsWith('/sync-status') || answer.status !== 200) return answer
        for (const { model_name, last_sync_finished } of JSON.parse(answer.text).results) {
          const path = PATHS[model_name as keyof typeof PATHS]
          if (last_sync_finished !== null) finished.set(`/api/hris/v1/${path}`, last_sync_finished)
        }
        return answer
      },
    }
  },

  'has no overlap between two walks': () => ({
    request(url) {
      const after = url.searchParams.get('modified_after')
      if (after !== null) url.searchParams.set('modified_after', new Date(Date.parse(after) + 600_000).toISOString())
    },
  }),

  'takes no notice of a sync that is under way': () => ({
    answer: (url, answer) =>
      url.pathname.endsWith('/sync-status') ? { ...answer, text: answer.text.replaceAll('"SYNCING"', '"DONE"') } : answer,
  }),

  'ends a walk a page early': () => {
    let pages = 0
    return {
      answer: (url, answer) =>
        isList(url, answer) && !answer.text.startsWith('{"next":null') && ++pages % 3 === 0
          ? { ...answer, text: answer.text.replace(/^\{"next":"[^"]*"/, '{"next":null') }
          : answer,
    }
  },

  'leaves out a record of a page': () => {
    let pages = 0
    return {
      answer(url, answer) {
        if (!isList(url, answer) || ++pages % 5 !== 0) return answer
        const page = JSON.parse(answer.text) as { results: unknown[] }
        return { ...answer, text: JSON.stringify({ ...page, results: page.results.slice(1) }) }
      },
    }
  },
}

const PATHS = { Employee: 'employees', TimeOff: 'time-off', Company: 'companies' }

function isList(url: URL, answer: Answer): boolean {
  return answer.status === 200 && url.searchParams.has('include_deleted_data')
}
