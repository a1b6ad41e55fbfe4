import { readFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const common: Options = {
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  esbuildPlugins: [minifyStyles()],
  esbuildOptions: (options) => {
    options.charset = 'utf8'
  },
}
const locales = ['ar', 'de', 'es', 'fr', 'ja', 'pt'].map((language) => `src/locales/${language}.ts`)
const frameworks = ['preact', 'react', 'solid', 'svelte', 'vue'].map((framework) => `src/types/${framework}.ts`)
const entry = [
  'src/index.ts',
  'src/define.ts',
  'src/define/connect-integration.ts',
  'src/define/integration-list.ts',
  'src/define/integration-catalog.ts',
  'src/react.ts',
  ...locales,
  ...frameworks,
]

export default defineConfig([
  {
    ...common,
    entry: [...entry, 'src/load-locale.ts'],
    // All types in one go: two copies of a class with private fields would not be the same type.
    dts: process.env.CONNECT_SKIP_TYPES !== '1' && { entry: [...entry, 'src/testing/index.ts'] },
    // The other builds write into the same folder at the same time.
    clean: ['!connect-integration.js*', '!elements.js*', '!testing/*'],
  },
  // By itself, so that it shares no file with what goes into production.
  { ...common, entry: { 'testing/index': 'src/testing/index.ts' } },
  scriptTag('connect-integration', 'src/define/connect-integration.ts'),
  scriptTag('elements', 'src/define.ts'),
])

/** For a script tag: one file, Lit inside, and it registers itself. Lit's licence goes into a file beside it, and so do the languages. */
function scriptTag(name: string, source: string): Options {
  return {
    ...common,
    entry: { [name]: source },
    minify: true,
    splitting: false,
    noExternal: [/.*/],
    esbuildPlugins: [minifyStyles(), leaveLocalesOutside(), leanLit()],
    esbuildOptions(options) {
      options.legalComments = 'external'
      options.charset = 'utf8'
    },
  }
}

/** The style sheets are strings to esbuild, which leaves their white space alone. */
function minifyStyles(): Plugin {
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

function leaveLocalesOutside(): Plugin {
  return {
    name: 'leave-locales-outside',
    setup(build) {
      build.onResolve({ filter: /^\.\/load-locale\.ts$/ }, () => ({ path: './load-locale.js', external: true }))
    },
  }
}

/**
 * Without what this package has no use for: Lit's doors for polyfills and for
 * itself in a second copy, style sheets that cannot be adopted, templates of SVG
 * and MathML, decorators, attributes of JSON, and advice for authors. Whoever can
 * run ES2022 needs none of it. A release of Lit that is written differently only
 * makes the file larger, and the size is tested.
 */
function leanLit(): Plugin {
  return {
    name: 'lean-lit',
    setup(build) {
      build.onLoad({ filter: /(reactive-element|css-tag|lit-html|lit-element)\.js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8')
        const contents = source
          .replace(/\(\w+\.(lit|reactive)\w+Versions\?\?=\[\]\)\.push\("[\d.]+"\)/, '0')
          .replace(/(\w+)=\w+\.\w+PolyfillSupport;\1\?\.\(.*?\)/, '$1=0;0')
          .replace(/[\w.]+\?\.\(\{(ReactiveElement|LitElement):\w+\}\)/g, '0')
          .replace(/\w+=\w+\.ShadowRoot&&.*?CSSStyleSheet\.prototype/, (test) => `${test.split('=')[0]}=!0`)
          .replace(/if\(\w+\)(\w+\.adoptedStyleSheets=[^;]+);else for.*?(?=},\w+=)/, '$1')
          .replace(/\w+\?(\w+=>\w+):\w+=>\w+ instanceof CSSStyleSheet\?.*?(?=;export)/, '$1')
          .replace(/Error\("Value passed to 'css'[^)]*\)/, 'Error()')
          .replace(/2===\w\?"(<\/?)svg>":3===\w\?"\1math>":""/g, '""')
          .replace(/if\(2===\w\|\|3===\w\)\{.*?\}/, '')
          .replace(/Symbol\.metadata\?\?=.*?WeakMap;/, '')
          .replace(/const (\w)=this\[Symbol\.metadata\];if\(null!==\1\)\{.*?\}(?=this)/, '')
          .replace(/;case Object:case Array:\w=null==.*?(?=\}return)/, '')
          .replace(/;case Object:case Array:try\{.*?\}catch\(\w\)\{.*?\}(?=\}return)/, '')
        return { contents, loader: 'js' }
      })
    },
  }
}
