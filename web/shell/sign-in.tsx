import { Alert, Button, Code, Stack } from '@mantine/core'
import { IconLock, IconUserQuestion } from '@tabler/icons-react'
import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { forgetAnswers, signInAddress } from '#web/client/session.ts'
import { OutsideLink } from '#web/page/links.tsx'
import { EmptyState } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'

const FAILURES: Record<string, string> = {
  denied: 'You did not sign in.',
  ended: 'You were signed out before, so your other sessions go on. Sign in again to sign out everywhere.',
  failed: 'That did not work, or took too long. Try again.',
  unavailable: 'The service that knows who you are does not answer at the moment. Try again in a while.',
}

/** Shown instead of every page while nobody has signed in. */
export function SignIn() {
  const failure = useLocation({ select: ({ search }) => (search as { signIn?: string }).signIn })
  // Whoever was here before may have left something.
  useEffect(forgetAnswers, [])
  const message = failure === undefined ? undefined : FAILURES[failure]
  return (
    <Page title="Welcome">
      <Stack>
        {message !== undefined && (
          <Alert color="orange" role="alert">
            {message}
          </Alert>
        )}
        <EmptyState
          icon={<IconUserQuestion size={36} aria-hidden />}
          title="Sign in to the store"
          action={
            <Button component="a" href={signInAddress()}>
              Sign in
            </Button>
          }
        >
          Then you can buy, and see your purchases and points. The first time, it opens an account with an empty wallet.
        </EmptyState>
      </Stack>
    </Page>
  )
}

/** Shown instead of every page where the API asks for access tokens, and the store cannot get any. */
export function NoSignIn() {
  return (
    <Page title="Welcome">
      <EmptyState icon={<IconLock size={36} aria-hidden />} title="The store has no sign-in">
        This installation is for people and services with an access token. They use the{' '}
        <OutsideLink href="/docs">API</OutsideLink>. Whoever runs it turns the sign-in on with{' '}
        <Code>AUTH_CLIENT_ID</Code> and its like.
      </EmptyState>
    </Page>
  )
}

/** In place of a page that is for others. */
export function NotForYou() {
  return (
    <Page title="Not for you">
      <EmptyState icon={<IconLock size={36} aria-hidden />} title="This page is for operators">
        Your account does not have that role. Whoever runs the store can give it to you.
      </EmptyState>
    </Page>
  )
}
