const { memoryStorage } = require('@connect-integration/server/storage/memory')
const { describeStorage } = require('@connect-integration/testkit')
const { factoryOf } = require('../factory.cjs')

jest.setTimeout(30_000)
describeStorage('mine', factoryOf(memoryStorage))
