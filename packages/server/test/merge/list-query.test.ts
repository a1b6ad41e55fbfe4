import { expect, test } from 'vitest'
import { MODEL_TABLE } from '../../src/merge/model-table.ts'
import { answering, TOKEN } from './merge-answers.ts'

test('a list is asked what its model needs beside the usual: of events the cancelled ones, or they would go without a word', async () => {
  for (const row of MODEL_TABLE) {
    const { gateway, asked } = answering({ results: [] })
    await gateway.listPage(row, TOKEN, { after: null, cursor: null })
    expect(asked[0]?.includes('"include_cancelled":"true"'), row.model).toBe(row.model === 'calendar.Event')
    expect(asked[0], row.model).toContain('"include_deleted_data":true')
  }
})
