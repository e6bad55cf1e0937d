import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { sayInWords } from '#web/client/problem-words.ts'
import { useProductNames } from '#web/client/products.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { balanceQuery, useTopUp } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { BuyInstead } from './buy-instead.tsx'
import { useCheckout } from './checkout.tsx'
import type { Intent } from './intent.ts'
import { sayNotBought } from './refusal-words.ts'
import { suggestionsFor } from './suggestions.ts'
import { Verdict } from './verdict.tsx'

/** Why it came to nothing, and what would work: nobody is left standing. */
export function NotBought({ purchase, intent }: { purchase: Purchase; intent: Intent }) {
  const { dismiss } = useCheckout()
  const nameOf = useProductNames()
  const settings = useQuery(settingsQuery)
  const balance = useQuery(balanceQuery(purchase.username))
  const { title, message } = sayNotBought(purchase, nameOf)
  const means = { balance: balance.data ?? 0, pointValue: settings.data?.pointValue ?? 0 }
  const missing = purchase.refusal?.code === 'insufficient_funds' ? purchase.refusal.missing : undefined
  return (
    <Verdict tone="bad" title={title} message={message}>
      {suggestionsFor(purchase, intent.order, means).map((suggestion) => (
        <BuyInstead
          key={JSON.stringify(suggestion.order)}
          failed={intent}
          suggestion={suggestion}
          balance={means.balance}
        />
      ))}
      {missing !== undefined && settings.data?.demoMode && (
        <TopUp username={purchase.username} missing={missing} balance={balance.data} total={purchase.amount} />
      )}
      <Button variant="default" onClick={dismiss}>
        Change the order
      </Button>
    </Verdict>
  )
}

type TopUpProps = { username: string; missing: number; balance: number | undefined; total: number | null }

/** Puts what is missing into the wallet, as long as it is missing. */
function TopUp({ username, missing, balance, total }: TopUpProps) {
  const topUp = useTopUp(username)
  const covered = balance !== undefined && total !== null && balance >= total
  if (covered) return null
  return (
    <>
      <Button onClick={() => topUp.mutate(missing)} loading={topUp.isPending}>
        Top up {money(missing)}
      </Button>
      {topUp.error && (
        <Text role="alert" c="var(--mantine-color-error)" size="sm">
          {sayInWords(topUp.error).message}
        </Text>
      )}
    </>
  )
}
