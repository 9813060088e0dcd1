const units = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** A size as a person reads it, in steps of 1024: "512 bytes", "1.5 MB". */
export function readableSize(bytes: number): string {
  if (bytes === 1) return '1 byte'
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  const amount = bytes / 1024 ** step
  return `${step === 0 || amount >= 100 ? Math.round(amount) : Number(amount.toFixed(1))} ${units[step]}`
}
