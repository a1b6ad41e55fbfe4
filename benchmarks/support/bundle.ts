import { type BuildOptions, build } from 'esbuild'

/** In one file, as a user's bundler would make it for a page. `input`: `entryPoints` or `stdin`. */
export async function bundleForPage(input: Pick<BuildOptions, 'entryPoints' | 'stdin'>): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...input,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  })
  return outputFiles[0]!.contents
}
