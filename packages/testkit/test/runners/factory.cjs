/** The factory of a good adapter, or with `KIT_TEST_BROKEN=1` of one that never schedules anything. */
exports.factoryOf = (memoryStorage) => {
  const broken = process.env.KIT_TEST_BROKEN === '1'
  return ({ clock }) => {
    const storage = memoryStorage({ clock })
    return { storage: broken ? { ...storage, schedule: async () => undefined } : storage, clock, close: async () => undefined }
  }
}
