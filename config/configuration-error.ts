/**
 * Something the user can mend: a bad value, a port taken, a server that does not answer.
 * The message is one line that says what is wrong and how to mend it; entry points print it alone, without a stack.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
