import { CHANGES, holds, PROVE } from './table.ts'
import { PROPOSED, pageByPage } from './variants.ts'

// One atomic operation under a fence, and records that only give way to newer ones.
holds('three changes, three claims, the next page on its way', { rules: PROPOSED, states: 300_000 })

holds('three changes, three claims, page by page', { rules: pageByPage(PROPOSED), states: 150_000 })

holds('two changes, four claims, page by page', {
  rules: pageByPage(PROPOSED),
  source: { changes: CHANGES.slice(1) },
  claims: 4,
  states: 150_000,
})

if (PROVE) {
  holds('three changes, five claims, page by page', { rules: pageByPage(PROPOSED), claims: 5, states: 2_000_000 })
  holds('three changes, four claims, the next page on its way', { rules: PROPOSED, claims: 4, states: 1_000_000 })
}
