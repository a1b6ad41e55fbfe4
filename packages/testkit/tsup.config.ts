import { defineConfig } from 'tsup'

const shared = { target: 'node22', removeNodeProtocol: false } as const

export default defineConfig([
  { ...shared, entry: ['src/index.ts'], format: ['esm', 'cjs'], dts: process.env.CONNECT_SKIP_TYPES !== '1' },
  // The command, and the process that it starts beside itself.
  { ...shared, entry: { bin: 'src/bin.ts', child: 'src/processes/child.ts' }, format: ['esm'] },
])
