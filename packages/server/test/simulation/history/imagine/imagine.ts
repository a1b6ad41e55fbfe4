import type { History } from '../history.ts'
import { withClocks, withLittleTime } from './clocks.ts'
import { withLinks } from './links.ts'
import { withCompanies, withDialect } from './merge.ts'
import { withDeployments, withOrder, withReader, withSinks } from './store.ts'

/**
 * What years of operation bring on top of a history: clocks that are wrong or set, sinks that fail, readers, deployments, little time, other
 * wordings of Merge's, other companies, webhooks and keys. Each kind is decided by numbers of its own, so that none depends on the others.
 */
export function imagine(history: History): History {
  // The last one stretches all that came before.
  const kinds = [withReader, withSinks, withOrder, withDeployments, withClocks, withDialect, withCompanies, withLinks, withLittleTime]
  const imagined = kinds.reduce((sofar, kind) => kind(sofar), history)
  return { ...imagined, events: [...imagined.events].sort((one, other) => one.at - other.at) }
}
