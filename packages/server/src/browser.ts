// What bundlers find in the place of this package where they build for browsers: nothing of it, and the reason.
throw new Error(
  '@connect-integration/server was imported by code for browsers. It holds your Merge API key and your customers’ account tokens, so it runs on servers only: import @connect-integration/element in the page, and this package behind your API.',
)

export {}
