import { readFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'

const common: Options = { format: 'esm', platform: 'browser', target: 'es2022', esbuildPlugins: [minifyStyles()] }
const entry = ['src/index.ts', 'src/define.ts', 'src/define/connect-integration.ts']

export default defineConfig([
  {
    ...common,
    entry,
    // All types in one go: two copies of a class with private fields would not be the same type.
    dts: process.env.CONNECT_SKIP_TYPES !== '1' && { entry: [...entry, 'src/testing/index.ts'] },
    // The other builds write into the same folder at the same time.
    clean: ['!connect-integration.js*', '!testing/*'],
  },
  // By itself, so that it shares no file with what goes into production.
  { ...common, entry: { 'testing/index': 'src/testing/index.ts' } },
  // For a script tag: Lit inside, and it registers itself. Lit's licence goes into a file beside it.
  {
    ...common,
    entry: { 'connect-integration': 'src/define/connect-integration.ts' },
    minify: true,
    splitting: false,
    noExternal: [/.*/],
    esbuildOptions(options) {
      options.legalComments = 'external'
      options.charset = 'utf8'
    },
  },
])

/** The style sheets are strings to esbuild, which leaves their white space alone. */
function minifyStyles(): NonNullable<Options['esbuildPlugins']>[number] {
  return {
    name: 'minify-styles',
    setup(build) {
      build.onLoad({ filter: /\.styles\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8')
        const contents = source.replace(/css`[^`]*`/g, (sheet) =>
          sheet
            .replace(/\s+/g, ' ')
            .replace(/ ?([`{};,>]) ?/g, '$1')
            .replace(/: /g, ':')
            .replace(/\b0\./g, '.')
            .replace(/'/g, '')
            .replace(/;}/g, '}'),
        )
        return { contents, loader: 'ts' }
      })
    },
  }
}
