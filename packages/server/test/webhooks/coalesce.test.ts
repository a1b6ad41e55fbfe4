import { expect, test } from 'vitest'
import { createCoalescer } from '../../src/webhooks/coalesce.ts'

test('calls that share: one runs, one waits, and the one that waits begins after it', async () => {
  const order: string[] = []
  const gates: (() => void)[] = []
  const call = createCoalescer(async (key) => {
    order.push(`begin ${key}`)
    await new Promise<void>((resolve) => gates.push(resolve))
    order.push(`end ${key}`)
  })
  const first = call('a')
  const [second, third, other] = [call('a'), call('a'), call('b')]
  expect(second).toBe(third)
  expect(order).toEqual(['begin a', 'begin b'])
  gates.shift()?.()
  await first
  await new Promise((resolve) => setImmediate(resolve))
  expect(order).toEqual(['begin a', 'begin b', 'end a', 'begin a'])
  const fourth = call('a')
  for (let turn = 0; turn < 5; turn++) {
    for (const open of gates.splice(0)) open()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all([second, other, fourth])
  expect(order.filter((line) => line === 'begin a')).toHaveLength(3)
})
