import { dueAccounts } from '../support/due-accounts.ts'
import { median } from '../support/line.ts'
import { report } from '../support/measure.ts'
import { connectTo } from '../support/pg.ts'

// Claims in turns among many accounts and among few, of which a tenth is due, and reports the median of each round. Arguments: the database, how many
// are many, how many are few, how many rounds of how many claims.
const [url = '', ...figures] = process.argv.slice(2)
const [many = 0, few = 0, rounds = 0, claims = 0] = figures.map(Number)
const client = await connectTo(url)
const large = await dueAccounts(client, 'large', many, many / 10)
const small = await dueAccounts(client, 'small', few, few / 10)
const samples: { large: number; small: number }[] = []
// The first round warms the cache and is thrown away.
for (let round = 0; round <= rounds; round++) {
  const spent = { large: [] as number[], small: [] as number[] }
  for (let claim = 0; claim < claims; claim++) {
    const turn = [() => large.claim().then((ms) => spent.large.push(ms)), () => small.claim().then((ms) => spent.small.push(ms))]
    for (const one of claim % 2 === 0 ? turn : turn.reverse()) await one()
    await large.release()
    await small.release()
  }
  if (round > 0) samples.push({ large: median(spent.large), small: median(spent.small) })
}
await client.end()
report(samples)
