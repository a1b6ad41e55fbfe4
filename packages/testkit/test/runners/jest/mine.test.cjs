const { memoryStorage } = require('@connect-integration/server/storage/memory')
const { describeStorage } = require('@connect-integration/testkit')
const { factoryOf } = require('../factory.cjs')

describeStorage('mine', factoryOf(memoryStorage))
