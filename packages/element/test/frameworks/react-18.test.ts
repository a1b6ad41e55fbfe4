import * as components from '@connect-integration/element/react'
import { vi } from 'vitest'
import { client, react, server } from './older-react.mjs'
import { describeReact } from './react-suite.ts'

// What the wrapper imports is the older React as well.
vi.mock('react', async () => (await import('./older-react.mjs')).react)

describeReact(18, { react, client, server, components })
