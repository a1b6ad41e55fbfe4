import { IntegrationError } from '../errors.ts'
import { everyAccount } from '../storage/every-account.ts'
import type { Account, AccountPatch } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { type Candidate, readDetails, writeDetails } from './details.ts'

export interface RotationReport {
  /** Connections looked at; those that were deleted have nothing sealed any more. */
  checked: number
  /** Of these, sealed anew under the first key. */
  resealed: number
}

/**
 * Seals every token under the first of `secrets`, so that the others can be taken out. Online: others may link, sync and delete meanwhile.
 * What is sealed with the first key already is left alone, so it may be broken off, called again, and run by several processes.
 *
 * A token whose key is not among `secrets`, or that was tampered with, is left as it is; all others are done first, and then the error is thrown
 * (`CRYPTO_KEY_UNKNOWN`, `CRYPTO_TAMPERED`), with the account and how many there are: keep the old keys until this returns. Race: each row
 * is written by compare-and-set and decided again on the row as it is then. Failure of the store: `STORE_*`, what was done stays done.
 */
export async function rotateSecrets(context: LinkContext): Promise<RotationReport> {
  const report: RotationReport = { checked: 0, resealed: 0 }
  const failures: IntegrationError[] = []
  for await (const account of everyAccount(context.storage, {})) {
    report.checked++
    try {
      if (await reseal(context, account)) report.resealed++
    } catch (error) {
      if (!IntegrationError.isInstance(error) || !error.code.startsWith('CRYPTO_')) throw error
      failures.push(error)
    }
  }
  const [first] = failures
  if (first === undefined) return report
  throw new IntegrationError(
    first.code,
    `${failures.length} of ${report.checked} connections could not be sealed anew, the others are. The first: ${first.message}`,
    first.accountId === undefined ? {} : { accountId: first.accountId },
  )
}

/** False: there was nothing to do. */
async function reseal(context: LinkContext, account: Account): Promise<boolean> {
  let done = false
  await amend(context.storage, account.id, account.organizationId, async (row) => {
    const patch = await patchFor(context, row)
    done = patch !== null
    return patch
  })
  return done
}

async function patchFor({ vault }: LinkContext, row: Account): Promise<AccountPatch | null> {
  const patch: AccountPatch = {}
  if (row.token !== null && !vault.isCurrent(row.token))
    patch.token = await vault.seal(await vault.open(row.token, 'account-token', row), 'account-token', row)
  const details = readDetails(row)
  if (details.candidates.some(({ token }) => token !== null && !vault.isCurrent(token))) {
    const candidates: Candidate[] = []
    for (const candidate of details.candidates) {
      if (candidate.token === null || vault.isCurrent(candidate.token)) candidates.push(candidate)
      else {
        const token = await vault.open(candidate.token, 'candidate-token', row)
        const digest = vault.digest(token, 'candidate-token', row)
        candidates.push({ ...candidate, token: await vault.seal(token, 'candidate-token', row), digest })
      }
    }
    patch.details = writeDetails({ ...details, candidates })
  }
  return patch.token === undefined && patch.details === undefined ? null : patch
}
