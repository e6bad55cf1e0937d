// Made from the OpenAPI document by `npm run web:client`: change the schemas in api/, not this file.

export interface paths {
    "/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List campaigns
         * @description Newest first; of one client or of all.
         */
        get: operations["listCampaigns"];
        put?: never;
        /**
         * Add a campaign
         * @description Active by default, and evaluated for purchases from now on. A repeat of the request after the campaign was deleted is answered with 404.
         */
        post: operations["createCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns/{campaign_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a campaign */
        get: operations["getCampaign"];
        put?: never;
        post?: never;
        /**
         * Delete a campaign
         * @description Points it has awarded and its history are kept. Its name can be used again.
         */
        delete: operations["deleteCampaign"];
        options?: never;
        head?: never;
        /**
         * Change the status, schedule, caps or rules of a campaign
         * @description Applies to purchases that are confirmed from now on; a cap, to points that are issued from now on. A cap below the points awarded already reverses nothing. A repeat of the request after the campaign was deleted is answered with 404.
         */
        patch: operations["updateCampaign"];
        trace?: never;
    };
    "/campaigns/{campaign_name}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the changes of a campaign
         * @description Newest first, with those of deleted campaigns of this name.
         */
        get: operations["listCampaignHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Simulate campaigns on an event, or on the past (backtest)
         * @description With `event`: the result of each rule on this event, or why it awards nothing. With `from`: a backtest over all purchases and events whose award ended since then, in that order, with schedules and caps; caps count points awarded before, less those reversed. Simulated are all campaigns of the client, as they were at the time; or one of them as it is now (`campaign_name`), with the given changes; or, without a name, a campaign that is not stored. Nothing is written. A backtest answers with newline-delimited JSON: pages as they are evaluated, then the totals. Close the connection to cancel it; an answer without totals is incomplete.
         */
        post: operations["simulateCampaigns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Award points for an event in another system
         * @description Evaluates the campaigns of the client that are running now. Once accepted, the event is processed whatever happens to this request; repeat it with the same Idempotency-Key for the state of the award.
         */
        post: operations["createEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Liveness: whether this process can use its database
         * @description Answers without a query of its own; fails when no statement was answered for a minute. `/readyz` tells whether requests can be served now.
         */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an image of a product */
        get: operations["getImage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/parked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List parked awards
         * @description Awards that could not be booked and wait for an operator, oldest purchase first. Their sales are not affected.
         */
        get: operations["listParkedAwards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/parked/{id}/dismissal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Dismiss a parked award
         * @description Its points will never be issued. The reason is recorded with actor and time. Repeating the request changes nothing and returns the award as it is, so no Idempotency-Key is needed. An award that was booked or ended otherwise in the meantime: 409.
         */
        post: operations["dismissParkedAward"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/parked/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a parked award
         * @description Takes no body. Issues the points of the evaluation that is on record, as far as the caps allow now. It is retried for ten minutes, whatever happens to this request, and takes effect once, so no Idempotency-Key is needed. Returns the award as it is then: still `parked` if that takes longer or fails.
         */
        post: operations["retryParkedAward"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/purchases/{id}/repair": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Settle a purchase that makes no progress
         * @description Takes no body. For a purchase that is `compensating`, the undo is retried at once instead of at its next attempt. One that is `running` but whose workflow was lost is completed if the sale was confirmed, and undone otherwise. Repeating the request has no further effect, so no Idempotency-Key is needed. The reconciler does the same every minute.
         */
        post: operations["repairPurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the points balance of an account
         * @description An unknown account has the balance 0.
         */
        get: operations["getPoints"];
        put?: never;
        /**
         * Issue points
         * @description They can be redeemed at once, and expire at the end of their lifetime, at midnight UTC.
         */
        post: operations["issuePoints"];
        /**
         * Redeem points
         * @description Points that expire soonest are redeemed first. Clients and proxies that drop the body of a DELETE use `POST /points/redemptions`, which does the same.
         */
        delete: operations["redeemPoints"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points/lots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the lots of an account
         * @description Where the points come from and when they expire. Newest first.
         */
        get: operations["listPointsLots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points/redemptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redeem points
         * @description Points that expire soonest are redeemed first.
         */
        post: operations["createRedemption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the transactions of an account (statement)
         * @description Newest first.
         */
        get: operations["listPointsTransactions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points/transactions/{id}/reversal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reverse an issue or a redemption
         * @description Takes no body. Redeemed points go back to their lots with the original expiry. Issued points are withdrawn as far as they are left; the answer has the rest. Each transaction can be reversed once. Transactions of a purchase are reversed by its refund only, which also withholds the value of points that cannot be withdrawn.
         */
        post: operations["reversePointsTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List products
         * @description Ordered by id.
         */
        get: operations["listProducts"];
        put?: never;
        /** Add a product */
        post: operations["createProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/products/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a product */
        get: operations["getProduct"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change the name, description, image or price of a product
         * @description Purchases that have reserved the product already keep their frozen price.
         */
        patch: operations["updateProduct"];
        trace?: never;
    };
    "/products/{id}/stock-adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add to the stock of a product, or remove from it
         * @description Stock that is reserved for purchases cannot be removed.
         */
        post: operations["adjustStock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Buy
         * @description Reserves the stock, redeems points, charges the wallet and confirms the sale, or undoes all of it. Once accepted, the purchase is executed whatever happens to this request. Answers with the outcome; if that takes too long, or with `Prefer: respond-async`, with 202 and the URL of the purchase. A purchase that ends without a sale is a 409 whose `code` has the reason; stock, money and points are then as before. This includes `purchase_failed`: unlike after a 503, the purchase has ended, so buy again with a new key.
         */
        post: operations["createPurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchase/quote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Quote a purchase
         * @description Takes the body of a purchase. Nothing is written or reserved: prices, points and campaigns may change.
         */
        post: operations["quotePurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List purchases with their steps
         * @description Newest first.
         */
        get: operations["listPurchases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a purchase with its steps */
        get: operations["getPurchase"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchases/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a purchase that is under way
         * @description Takes no body. Takes effect until the sale is confirmed: from then on the purchase completes, before that it is fully undone. Repeating the request changes nothing and returns the same answer, so no Idempotency-Key is needed.
         */
        post: operations["cancelPurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchases/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the events of a purchase
         * @description Server-sent events. Each `step` has its `seq` as id and a `PurchaseStep` as data; steps from before the request come first. When the purchase has ended, `outcome` follows with the `Purchase` as data, and the stream ends. Comments are heartbeats. To resume after a lost connection, connect again with the id of the last event (browsers do); after the outcome the answer is 204, at which browsers stop. A later refund continues the same stream.
         */
        get: operations["watchPurchase"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchases/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refund a completed purchase as a whole
         * @description Takes no body. The stock is returned, redeemed points go back to the lots they came from, awarded points are reversed, and the money is returned less the value of awarded points that were spent. It takes effect once: repeating the request returns the same answer, so no Idempotency-Key is needed. Once accepted, the refund is executed.
         */
        post: operations["refundPurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readiness: whether requests can be served
         * @description Checks that the database answers and has the schema, that Temporal answers, and that the search attributes of the workflows are registered there.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the settings of this installation
         * @description The same for everybody; constant while the server runs.
         */
        get: operations["getSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description Ordered by username.
         */
        get: operations["listUsers"];
        put?: never;
        /** Add a user with an opening balance */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{username}/top-ups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Top up a wallet */
        post: operations["topUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{username}/wallet-entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the entries of a wallet
         * @description Newest first. The balance is the sum of all entries.
         */
        get: operations["listWalletEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/balance/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the balance of a user */
        get: operations["getBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AlreadyReversedProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "already_reversed";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /**
             * Format: uuid
             * @description The transaction that reversed it.
             */
            reversed_by: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The transaction is reversed already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:already_reversed";
        };
        AlreadySettledProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "already_settled";
            detail: string;
            /** Format: uuid */
            purchaseId: string;
            /** @enum {string} */
            purchaseStatus: "completed" | "refused" | "cancelled" | "failed" | "refunding" | "refunded";
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The purchase has ended already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:already_settled";
        };
        Backtest: {
            /**
             * @description Only this stored campaign, with the terms given here in place of its own.
             * @example double-points
             */
            campaign_name?: string;
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_points_per_customer?: number | null;
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_total_points?: number | null;
            /**
             * @description Owner of the campaign.
             * @default UnicornStore
             * @example UnicornStore
             */
            client?: string;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            ends_at?: string | null;
            /**
             * Format: date-time
             * @description RFC 3339: start of the period.
             * @example 2026-11-01T00:00:00Z
             */
            from: string;
            /**
             * @description An array of rules, or JSON text of one.
             * @example [
             *       {
             *         "variable": "$.amount",
             *         "condition": {
             *           "rule": "numeric_greater_than",
             *           "value": 100
             *         },
             *         "action": {
             *           "command": "issue",
             *           "formula": "$.amount/10"
             *         }
             *       }
             *     ]
             */
            rules?: components["schemas"]["CampaignRule"][] | string;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            starts_at?: string | null;
            /** @enum {string} */
            status?: "active" | "inactive";
            /**
             * Format: date-time
             * @description End of the period, exclusive; default: now.
             */
            to?: string;
        };
        BacktestPage: {
            awards: {
                /**
                 * @description The username of the owner of the points.
                 * @example derick
                 */
                account_id: string;
                campaigns: components["schemas"]["CampaignJudgement"][];
                /**
                 * Format: uuid
                 * @description Id of the purchase or event.
                 */
                id: string;
                /** @enum {string} */
                kind: "purchase" | "event";
                /**
                 * Format: date-time
                 * @description UTC.
                 * @example 2026-01-31T12:00:00.000Z
                 */
                occurred_at: string;
                /** @description Points it would have earned. */
                points: number;
                /** @description Points it actually earned. */
                points_issued: number;
            }[];
            /** @description Number of purchases and events evaluated so far. */
            done: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            line: "page";
            /** @description Number of all purchases and events; an estimate. */
            total: number;
        };
        BacktestProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            line: "problem";
            /** @description The problem (RFC 9457) that ended the backtest. No totals follow. */
            problem: {
                code: string;
                detail: string;
                requestId: string;
                status: number;
                title: string;
                type: string;
            };
        };
        BacktestTotals: {
            campaigns: {
                campaign_name: string | null;
                /** @description Number of purchases and events that it awards points for. */
                earning: number;
                /** @description Number of them that a cap limits. */
                limited: number;
                /** @description Number of purchases and events while it was not running. */
                not_running: number;
                points: number;
                points_taken_back: number;
                rules: {
                    did_not_match: number;
                    /** @description How often it matched while its campaign was running. */
                    gave: number;
                    not_evaluated: number;
                    /** @description Reason of the first failed evaluation. */
                    reason: string | null;
                    rule: components["schemas"]["CampaignRule"];
                    /**
                     * @description Sum of its points before rounding and caps.
                     * @example 1700.5
                     */
                    sum: string;
                }[];
            }[];
            /** @description Number of purchases and events evaluated. */
            judged: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            line: "totals";
            /** @description Points they would have earned. */
            points: number;
            /** @description Points they actually earned. */
            points_issued: number;
            /** @description Points of these that would have been reversed. */
            points_taken_back: number;
        };
        BalanceLimitProblem: {
            /** @enum {string} */
            code: "balance_limit";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The account would exceed the maximum of points issued";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:balance_limit";
        };
        BalanceTooLargeProblem: {
            /** @enum {string} */
            code: "balance_too_large";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The balance would be too large";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:balance_too_large";
        };
        BelongsToPurchaseProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "belongs_to_purchase";
            detail: string;
            /**
             * Format: uuid
             * @description The purchase to refund instead.
             */
            purchase_id: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The transaction belongs to a purchase";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:belongs_to_purchase";
        };
        BodyTooLargeProblem: {
            /** @enum {string} */
            code: "body_too_large";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 413;
            /** @enum {string} */
            title: "The body is too large";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:body_too_large";
        };
        Campaign: {
            /** @example double-points */
            campaign_name: string;
            /**
             * @description Maximum of points it awards to one customer.
             * @example null
             */
            cap_points_per_customer: number | null;
            /**
             * @description Maximum of points it awards in total; null: no cap.
             * @example null
             */
            cap_total_points: number | null;
            /**
             * @description Owner of the campaign.
             * @example UnicornStore
             */
            client: string;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description The first instant at which it no longer runs; null: it has no end.
             * @example 2026-01-31T12:00:00.000Z
             */
            ends_at: string | null;
            /** @description Points it has awarded, less those reversed by refunds. */
            given_points: number;
            /**
             * @example [
             *       {
             *         "variable": "$.amount",
             *         "condition": {
             *           "rule": "numeric_greater_than",
             *           "value": 100
             *         },
             *         "action": {
             *           "command": "issue",
             *           "formula": "$.amount/10"
             *         }
             *       }
             *     ]
             */
            rules: components["schemas"]["CampaignRule"][];
            /**
             * Format: date-time
             * @description The instant at which it starts; null: it has always been running.
             * @example 2026-01-31T12:00:00.000Z
             */
            starts_at: string | null;
            /**
             * @description An inactive campaign awards nothing.
             * @enum {string}
             */
            status: "active" | "inactive";
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            updated_at: string;
            /**
             * @description Incremented by each change; the ETag.
             * @example 1
             */
            version: number;
        };
        CampaignAward: {
            /** @example 1 */
            campaign: string;
            /**
             * @description Points before rounding: a decimal, or a fraction where the decimal would not be finite.
             * @example 170
             */
            exact: string;
            /**
             * @description Why fewer points were awarded than earned: a cap of the campaign, or `pointsPerAward`: the award as a whole exceeds the maximum of one transaction, so nothing was awarded.
             * @enum {string|null}
             */
            limitedBy: "totalPoints" | "pointsPerCustomer" | "pointsPerAward" | null;
            /**
             * @description Points awarded.
             * @example 170
             */
            points: number;
            /** @description Rules that matched, and rules that could not be evaluated. */
            rules: {
                /**
                 * @description Points before rounding: a decimal, or a fraction where the decimal would not be finite.
                 * @example 170
                 */
                exact?: string;
                /**
                 * @description Why the rule could not be evaluated and awarded nothing.
                 * @example {
                 *       "code": "missing",
                 *       "message": "$.colour is not in the event"
                 *     }
                 */
                notEvaluated?: {
                    code: string;
                    message: string;
                };
                /**
                 * @description Index of the rule in its campaign, from 0.
                 * @example 0
                 */
                rule: number;
            }[];
        };
        CampaignChange: {
            /** @enum {string} */
            action: "created" | "updated" | "deleted";
            /**
             * @description Who made the change.
             * @example demo
             */
            actor: string;
            after: components["schemas"]["CampaignTerms"] | null;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            before: components["schemas"]["CampaignTerms"] | null;
            version: number;
        };
        CampaignChanges: {
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_points_per_customer?: number | null;
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_total_points?: number | null;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            ends_at?: string | null;
            /**
             * @description An array of rules, or JSON text of one.
             * @example [
             *       {
             *         "variable": "$.amount",
             *         "condition": {
             *           "rule": "numeric_greater_than",
             *           "value": 100
             *         },
             *         "action": {
             *           "command": "issue",
             *           "formula": "$.amount/10"
             *         }
             *       }
             *     ]
             */
            rules?: components["schemas"]["CampaignRule"][] | string;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            starts_at?: string | null;
            /** @enum {string} */
            status?: "active" | "inactive";
        };
        /** @description A comparison, or `all`, `any` or `not` over conditions with their own variables. A rule has at most 50 conditions, nested 8 levels deep. */
        CampaignCondition: {
            /** @enum {string} */
            rule: "numeric_greater_than" | "numeric_greater_than_equals" | "numeric_less_than" | "numeric_less_than_equals" | "numeric_equals";
            /** @example 100 */
            value: number;
            /**
             * @description JSONPath of names and indexes: the value to compare. Default: the variable of the rule.
             * @example $.amount
             */
            variable?: string;
        } | {
            /** @enum {string} */
            rule: "string_equals";
            /** @example air */
            value: string;
            /**
             * @description JSONPath of names and indexes: the value to compare. Default: the variable of the rule.
             * @example $.amount
             */
            variable?: string;
        } | {
            all: components["schemas"]["CampaignCondition"][];
        } | {
            any: components["schemas"]["CampaignCondition"][];
        } | {
            not: components["schemas"]["CampaignCondition"];
        };
        CampaignExistsProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "campaign_exists";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The client has a campaign of this name already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:campaign_exists";
        };
        CampaignHistoryPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["CampaignChange"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            next_cursor: string | null;
        };
        CampaignJudgement: {
            /**
             * @description Null for a campaign that is not stored.
             * @example 1
             */
            campaign_name: string | null;
            /**
             * @description Sum of its rules, whether it is running or not.
             * @example 170
             */
            earned: number;
            /**
             * @description The sum before rounding.
             * @example 170
             */
            exact: string;
            /**
             * @description Why fewer points are awarded than earned: a cap, or the maximum of one transaction.
             * @enum {string|null}
             */
            limited_by: "total_points" | "points_per_customer" | "points_per_award" | null;
            /**
             * @description Why it awards nothing, whatever its rules say; null: it is running when the event occurs.
             * @enum {string|null}
             */
            not_running: "inactive" | "not_started" | "ended" | "no_instant" | null;
            /** @description Points awarded, within its caps; 0 if it is not running. */
            points: number;
            rules: {
                /**
                 * @description Points before rounding.
                 * @example 170
                 */
                exact?: string;
                /** @enum {string} */
                outcome: "gave" | "did_not_match" | "not_evaluated";
                /** @description Why it was not evaluated. */
                reason?: {
                    code: string;
                    message: string;
                };
                /** @description Index of the rule, from 0. */
                rule: number;
            }[];
        };
        CampaignMovedOnProblem: {
            /** @enum {string} */
            code: "campaign_moved_on";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 412;
            /** @enum {string} */
            title: "The campaign was changed since it was read";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:campaign_moved_on";
            /**
             * @description Its present version.
             * @example 4
             */
            version: number;
        };
        CampaignPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["Campaign"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            next_cursor: string | null;
        };
        /** @description When the condition holds, as many points are awarded as the formula says. */
        CampaignRule: {
            action: {
                /** @enum {string} */
                command: "issue";
                /**
                 * @description Number of points. Numbers, JSONPaths, `+ - * / %`, parentheses, `min max floor ceil round`. The results of all rules of a campaign are summed exactly and rounded once, half to even.
                 * @example $.amount/10
                 */
                formula: string;
            };
            condition: components["schemas"]["CampaignCondition"];
            /**
             * @description JSONPath: the value for comparisons without a variable of their own.
             * @example $.amount
             */
            variable?: string;
        };
        CampaignTerms: {
            /**
             * @description Maximum of points it awards to one customer.
             * @example null
             */
            cap_points_per_customer: number | null;
            /**
             * @description Maximum of points it awards in total; null: no cap.
             * @example null
             */
            cap_total_points: number | null;
            /**
             * Format: date-time
             * @description The first instant at which it no longer runs; null: it has no end.
             * @example 2026-01-31T12:00:00.000Z
             */
            ends_at: string | null;
            /**
             * @example [
             *       {
             *         "variable": "$.amount",
             *         "condition": {
             *           "rule": "numeric_greater_than",
             *           "value": 100
             *         },
             *         "action": {
             *           "command": "issue",
             *           "formula": "$.amount/10"
             *         }
             *       }
             *     ]
             */
            rules: components["schemas"]["CampaignRule"][];
            /**
             * Format: date-time
             * @description The instant at which it starts; null: it has always been running.
             * @example 2026-01-31T12:00:00.000Z
             */
            starts_at: string | null;
            /**
             * @description An inactive campaign awards nothing.
             * @enum {string}
             */
            status: "active" | "inactive";
        };
        CancelledProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "cancelled";
            detail: string;
            /** Format: uuid */
            purchaseId: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            success: false;
            /** @enum {string} */
            title: "The purchase was cancelled";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:cancelled";
        };
        DatabaseUnavailableProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "database_unavailable";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "The database is unavailable";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:database_unavailable";
        };
        DeletedCampaign: {
            /** @example double-points */
            campaign_name: string;
            /**
             * @description Owner of the campaign.
             * @example UnicornStore
             */
            client: string;
            /** @enum {boolean} */
            deleted: true;
        };
        Dismissal: {
            actor: string;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            reason: string;
        };
        Event: {
            /** @description Points by campaign and rule. */
            campaigns: components["schemas"]["CampaignAward"][];
            /** Format: uuid */
            event_id: string;
            /**
             * @description Points that were issued.
             * @example 5
             */
            points: number;
            /**
             * @description State of its award. `parked`: it waits for an operator; `dismissed`: an operator decided against it.
             * @enum {string}
             */
            status: "running" | "booked" | "nothing" | "parked" | "dismissed";
        };
        EventSimulation: {
            /**
             * @description Only this stored campaign, with the terms given here in place of its own.
             * @example double-points
             */
            campaign_name?: string;
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_points_per_customer?: number | null;
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_total_points?: number | null;
            /**
             * @description Owner of the campaign.
             * @default UnicornStore
             * @example UnicornStore
             */
            client?: string;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            ends_at?: string | null;
            /**
             * @description The event for the rules. By default `type` is PurchaseCompleted and `occurredAt` is now. Caps per customer apply to its `username` or `accountId`.
             * @example {
             *       "amount": 1700,
             *       "total": 1700,
             *       "quantity": 1
             *     }
             */
            event: {
                [key: string]: unknown;
            };
            /**
             * @description An array of rules, or JSON text of one.
             * @example [
             *       {
             *         "variable": "$.amount",
             *         "condition": {
             *           "rule": "numeric_greater_than",
             *           "value": 100
             *         },
             *         "action": {
             *           "command": "issue",
             *           "formula": "$.amount/10"
             *         }
             *       }
             *     ]
             */
            rules?: components["schemas"]["CampaignRule"][] | string;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            starts_at?: string | null;
            /** @enum {string} */
            status?: "active" | "inactive";
        };
        ForeignRequestProblem: {
            /** @enum {string} */
            code: "foreign_request";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 403;
            /** @enum {string} */
            title: "Requests from other sites are not allowed";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:foreign_request";
        };
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        IdempotencyKeyReusedProblem: {
            /** @enum {string} */
            code: "idempotency_key_reused";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 422;
            /** @enum {string} */
            title: "This Idempotency-Key was used for another request";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:idempotency_key_reused";
        };
        InsufficientFundsProblem: {
            /** @enum {boolean} */
            balance: false;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "insufficient_funds";
            detail: string;
            /**
             * @description Missing amount, in major units.
             * @example 100
             */
            missing: number;
            /** Format: uuid */
            purchaseId: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /**
             * @description The reserved stock was released.
             * @enum {boolean}
             */
            restock: true;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            stock: true;
            /** @enum {boolean} */
            success: false;
            /** @enum {string} */
            title: "The balance does not cover the total";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:insufficient_funds";
        };
        InsufficientPointsProblem: {
            /**
             * @description Points available when it was refused.
             * @example 750
             */
            available: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "insufficient_points";
            detail: string;
            /** @description Of a purchase: points to redeem, as ordered. */
            points?: number;
            /**
             * Format: uuid
             * @description The refused purchase.
             */
            purchaseId?: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            success?: false;
            /** @enum {string} */
            title: "There are not enough points";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:insufficient_points";
        };
        InsufficientStockProblem: {
            /** @description Stock on hand that is not reserved. */
            available: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "insufficient_stock";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "There is less stock than is to be removed";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:insufficient_stock";
        };
        InternalErrorProblem: {
            /** @enum {string} */
            code: "internal_error";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 500;
            /** @enum {string} */
            title: "Something went wrong on the server";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:internal_error";
        };
        InvalidRequestProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "invalid_request";
            detail: string;
            errors: {
                message: string;
                /**
                 * @description Path of the value in the body, or its query parameter or header. Within the rules of a campaign it continues as a JSON Pointer (RFC 6901): `rules/0/action/formula`.
                 * @example lines.0.productId
                 */
                path: string;
                /**
                 * @description In a formula or JSONPath: position of the error, from 1.
                 * @example 10
                 */
                position?: number;
            }[];
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 400;
            /** @enum {string} */
            title: "The request is not valid";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:invalid_request";
        };
        MalformedJsonProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "malformed_json";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 400;
            /** @enum {string} */
            title: "The body is not JSON";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:malformed_json";
        };
        MisdirectedRequestProblem: {
            /** @enum {string} */
            code: "misdirected_request";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 421;
            /** @enum {string} */
            title: "The request is meant for another server";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:misdirected_request";
        };
        MovedPoints: {
            /**
             * @description The username of the owner of the points.
             * @example derick
             */
            account_id: string;
            /**
             * @description Whole points.
             * @example 250
             */
            amount: number;
        };
        NewCampaign: {
            /** @example double-points */
            campaign_name: string;
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_points_per_customer?: number | null;
            /**
             * @description In points; null: no cap.
             * @example 10000
             */
            cap_total_points?: number | null;
            /**
             * @description Owner of the campaign.
             * @default UnicornStore
             * @example UnicornStore
             */
            client?: string;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            ends_at?: string | null;
            /**
             * @description An array of rules, or JSON text of one.
             * @example [
             *       {
             *         "variable": "$.amount",
             *         "condition": {
             *           "rule": "numeric_greater_than",
             *           "value": 100
             *         },
             *         "action": {
             *           "command": "issue",
             *           "formula": "$.amount/10"
             *         }
             *       }
             *     ]
             */
            rules: components["schemas"]["CampaignRule"][] | string;
            /**
             * @description RFC 3339; null: none.
             * @example 2026-12-01T00:00:00Z
             */
            starts_at?: string | null;
            /** @enum {string} */
            status?: "active" | "inactive";
        };
        NewDismissal: {
            /** @example The campaign was a mistake; settled by letter. */
            reason: string;
        };
        NewEvent: {
            /**
             * @description The username of the owner of the points.
             * @example derick
             */
            account_id: string;
            /**
             * @description Owner of the campaign.
             * @example ReviewSite
             */
            client: string;
            /**
             * @description Input of the rules, beside type, client, accountId and occurredAt.
             * @example {
             *       "stars": 5
             *     }
             */
            payload: {
                [key: string]: unknown;
            };
            /**
             * @description Type of the event.
             * @example ReviewWritten
             */
            type: string;
        };
        NewProduct: {
            /** @example Light as a feather, fast as a thought. */
            description: string;
            /**
             * @description Generated by default.
             * @example unicorn-moon
             */
            id?: string;
            /**
             * @description A path on this server, or an http(s) address.
             * @example /images/unicorn-air.svg
             */
            image?: string;
            /** @example Unicorn Air */
            name: string;
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            price: number;
            /**
             * @description Initial stock on hand.
             * @example 4
             */
            stock: number;
        };
        NewUser: {
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            balance: number;
            /** @example derick */
            username: string;
        };
        NotParkedProblem: {
            /** @enum {string} */
            awardStatus: "booked" | "nothing" | "voided";
            /** @enum {string} */
            code: "not_parked";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "Only an award that is parked can be dismissed";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:not_parked";
        };
        NotReadyProblem: {
            checks: {
                detail?: string;
                name: string;
                ok: boolean;
            }[];
            /** @enum {string} */
            code: "not_ready";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "The server is not ready for requests";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:not_ready";
        };
        NotRefundableProblem: {
            /** @enum {string} */
            code: "not_refundable";
            detail: string;
            /** Format: uuid */
            purchaseId: string;
            /** @enum {string} */
            purchaseStatus: "running" | "compensating" | "refused" | "cancelled" | "failed";
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "Only a completed purchase can be refunded";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:not_refundable";
        };
        NotRepairableProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "not_repairable";
            detail: string;
            /** Format: uuid */
            purchaseId: string;
            /** @enum {string} */
            purchaseStatus: "running";
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "Only a purchase that makes no progress can be repaired";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:not_repairable";
        };
        NotReversibleProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "not_reversible";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "Only issues and redemptions can be reversed";
            /** @enum {string} */
            transaction_type: "issue" | "redeem" | "expire" | "reverse";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:not_reversible";
        };
        OneProductOrder: {
            /**
             * @description The only total that the buyer accepts; another is refused with `price_changed`.
             * @example 1700
             */
            expectedTotal?: number;
            /** @example 1 */
            productId: string;
            /** @example 1 */
            quantity: number;
            /**
             * @description Points to redeem for a part of the total, or all of it.
             * @example 100
             */
            redeemPoints?: number;
            /** @example derick */
            userId: string;
        };
        OutOfStockProblem: {
            /**
             * @description Of the first product with too little stock.
             * @example 3
             */
            available: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "out_of_stock";
            detail: string;
            /** Format: uuid */
            purchaseId: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @description Every product with too little stock. */
            short: {
                /** @description Available when the purchase was refused. */
                available: number;
                productId: string;
                requested: number;
            }[];
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            stock: false;
            /** @enum {boolean} */
            success: false;
            /** @enum {string} */
            title: "There is not enough stock";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:out_of_stock";
        };
        ParkedAward: {
            /** @description Points by campaign and rule. */
            campaigns: components["schemas"]["CampaignAward"][];
            /** @description Reason, actor and time of the dismissal. */
            dismissed: components["schemas"]["Dismissal"] | null;
            /**
             * Format: uuid
             * @description Id of the purchase or event.
             */
            id: string;
            /** @enum {string} */
            kind: "purchase" | "event";
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            parkedAt: string;
            /**
             * @description Points earned, before caps.
             * @example 170
             */
            points: number;
            /**
             * @description Points that were issued.
             * @example 0
             */
            pointsIssued: number;
            /**
             * @description Why it could not be booked.
             * @example unavailable
             */
            problem: string;
            /**
             * @description `parked`: it waits for an operator. `nothing`: the caps left nothing of it. `dismissed`: an operator decided against it. `voided`: the purchase was refunded.
             * @enum {string}
             */
            status: "parked" | "booked" | "nothing" | "dismissed" | "voided";
            /** @example derick */
            username: string;
        };
        ParkedAwardPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["ParkedAward"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            nextCursor: string | null;
        };
        PointsBalance: {
            /**
             * @description The username of the owner of the points.
             * @example derick
             */
            account_id: string;
            /**
             * @description Points available: the sum of the active entries.
             * @example 750
             */
            balance: number;
            /** @description By day of issue, oldest first. */
            balance_entries: components["schemas"]["PointsBalanceEntry"][];
        };
        PointsBalanceEntry: {
            /**
             * @description Points left of those issued that day; once expired, the points that were lost.
             * @example 750
             */
            balance: number;
            /**
             * Format: date
             * @description UTC day of issue.
             * @example 2026-01-31
             */
            issued_date: string;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            last_updated: string;
            /** @enum {string} */
            status: "active" | "expired";
        };
        /** @description The points that expire next unless they are redeemed before. */
        PointsLapse: {
            /** @example 750 */
            amount: number;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
        };
        PointsLot: {
            /**
             * @description Points that expired.
             * @example 0
             */
            expired: number;
            /**
             * Format: date-time
             * @description The first instant at which its points cannot be redeemed.
             * @example 2026-01-31T12:00:00.000Z
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Id of the transaction that issued it.
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            id: string;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            issued_at: string;
            /**
             * @description Points issued.
             * @example 750
             */
            original: number;
            /**
             * @description Points left.
             * @example 750
             */
            remaining: number;
            source: {
                /** @example purchase */
                reason: string;
                /** @description Id of the purchase, or Idempotency-Key of the request. */
                reference: string;
            };
        };
        PointsLotPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["PointsLot"][];
            lapses_next: components["schemas"]["PointsLapse"] | null;
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            next_cursor: string | null;
        };
        PointsReversal: {
            /**
             * @description The username of the owner of the points.
             * @example derick
             */
            account_id: string;
            /**
             * @description Points moved; the type gives the direction.
             * @example 250
             */
            amount: number;
            /**
             * @description Points available after it.
             * @example 750
             */
            balance: number;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            date_time: string;
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            id: string;
            /**
             * @description Issued points that were spent or expired by then.
             * @example {
             *       "spent": 40,
             *       "expired": 0
             *     }
             */
            not_taken_back: {
                /** @example 750 */
                expired: number;
                /** @example 750 */
                spent: number;
            };
            /**
             * Format: uuid
             * @description The reversed transaction.
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            reverses: string;
            /** @enum {string} */
            transaction_type: "issue" | "redeem" | "expire" | "reverse";
        };
        PointsStatementLine: {
            /**
             * @description The username of the owner of the points.
             * @example derick
             */
            account_id: string;
            /**
             * @description Who caused the transaction.
             * @example demo
             */
            actor: string;
            /**
             * @description Points moved; the type gives the direction.
             * @example 250
             */
            amount: number;
            /**
             * @description Points available after it.
             * @example 750
             */
            balance: number;
            /** @description Of points awarded by campaigns: points by campaign. */
            campaigns: {
                /** @example 1 */
                campaign: string;
                /** @example 750 */
                points: number;
            }[];
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            date_time: string;
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            id: string;
            /**
             * @description Reason of the transaction.
             * @example purchase
             */
            reason: string;
            /** @description Id of the purchase, or Idempotency-Key of the request. */
            reference: string;
            /**
             * Format: uuid
             * @description Of a reversal: the reversed transaction.
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            reverses: string | null;
            /**
             * @description Of a reversal: type of the reversed transaction. An `issue` was withdrawn, a `redeem` returned.
             * @enum {string|null}
             */
            reverses_type: "issue" | "redeem" | null;
            /** @enum {string} */
            transaction_type: "issue" | "redeem" | "expire" | "reverse";
        };
        PointsStatementPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["PointsStatementLine"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            next_cursor: string | null;
        };
        PointsTransaction: {
            /**
             * @description The username of the owner of the points.
             * @example derick
             */
            account_id: string;
            /**
             * @description Points moved; the type gives the direction.
             * @example 250
             */
            amount: number;
            /**
             * @description Points available after it.
             * @example 750
             */
            balance: number;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            date_time: string;
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            id: string;
            /** @enum {string} */
            transaction_type: "issue" | "redeem" | "expire" | "reverse";
        };
        PreconditionRequiredProblem: {
            /** @enum {string} */
            code: "precondition_required";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 428;
            /** @enum {string} */
            title: "The request must have an If-Match header";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:precondition_required";
        };
        PriceChangedProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "price_changed";
            detail: string;
            expectedTotal: number;
            /** Format: uuid */
            purchaseId: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            success: false;
            /** @enum {string} */
            title: "The total is not the expected one";
            total: number;
            /** @enum {string} */
            type: "urn:unicorn-store:problem:price_changed";
        };
        Product: {
            /** @example Light as a feather, fast as a thought. */
            description: string;
            /** @example 1 */
            id: string;
            /**
             * @description URL of an image.
             * @example /images/unicorn-air.svg
             */
            image: string | null;
            /** @example Unicorn Air */
            name: string;
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            price: number;
            /**
             * @description Available now: on hand and not reserved.
             * @example 4
             */
            stock: number;
        };
        ProductChanges: {
            /** @example Light as a feather, fast as a thought. */
            description?: string;
            /**
             * @description A path on this server, or an http(s) address.
             * @example /images/unicorn-air.svg
             */
            image?: string;
            /** @example Unicorn Air */
            name?: string;
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            price?: number;
        };
        ProductExistsProblem: {
            /** @enum {string} */
            code: "product_exists";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "A product of this id exists already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:product_exists";
        };
        ProductPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["Product"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            nextCursor: string | null;
        };
        Purchase: {
            /**
             * @description Part of the total that is paid in money.
             * @example 1700
             */
            amount: number | null;
            /**
             * @description State of its award. `parked`: it waits for an operator; `dismissed`: an operator decided against it; `voided`: it was parked when the purchase was refunded.
             * @enum {string|null}
             */
            award: "booked" | "nothing" | "parked" | "dismissed" | "voided" | null;
            /** @description Points by campaign and rule. */
            campaigns: components["schemas"]["CampaignAward"][];
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            cancelRequestedAt: string | null;
            /**
             * @description Code of the refusal or failure.
             * @example null
             */
            code: string | null;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * @description The only total that the buyer accepts.
             * @example 1700
             */
            expectedTotal: number | null;
            lines: components["schemas"]["PurchaseLine"][];
            /** @description Points awarded; null until then. */
            pointsIssued: number | null;
            /**
             * @description Points redeemed for the rest.
             * @example 0
             */
            pointsRedeemed: number;
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            purchaseId: string;
            refund: components["schemas"]["Refund"] | null;
            refusal: components["schemas"]["Refusal"] | null;
            /**
             * Format: date-time
             * @description When it ended; null while it is in progress.
             * @example 2026-01-31T12:00:00.000Z
             */
            settledAt: string | null;
            /**
             * @description `running` and `compensating` (being undone) are in progress; `refunding`: completed, with a refund in progress; the others are final.
             * @enum {string}
             */
            status: "running" | "compensating" | "completed" | "refused" | "cancelled" | "failed" | "refunding" | "refunded";
            /** @description Its events so far, in order. */
            steps: components["schemas"]["PurchaseStep"][];
            /**
             * @description Null until the stock is reserved.
             * @example 1700
             */
            total: number | null;
            /** @example derick */
            username: string;
        };
        PurchaseFailedProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "purchase_failed";
            detail: string;
            /** Format: uuid */
            purchaseId: string;
            /**
             * @description `step_unavailable`: a step kept failing for ten minutes. `interrupted`: the workflow was lost.
             * @enum {string}
             */
            reason: "step_unavailable" | "interrupted";
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            success: false;
            /** @enum {string} */
            title: "The purchase failed and was undone";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:purchase_failed";
        };
        PurchaseLine: {
            /** @example 1 */
            productId: string;
            /** @example 1 */
            quantity: number;
            /**
             * @description Frozen when the stock is reserved; null before that.
             * @example 1700
             */
            unitPrice: number | null;
        };
        PurchasePage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["Purchase"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            nextCursor: string | null;
        };
        PurchaseStatus: {
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            purchaseId: string;
            /**
             * @description `running` and `compensating` (being undone) are in progress; `refunding`: completed, with a refund in progress; the others are final.
             * @enum {string}
             */
            status: "running" | "compensating" | "completed" | "refused" | "cancelled" | "failed" | "refunding" | "refunded";
        };
        PurchaseStep: {
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            detail?: components["schemas"]["PurchaseStepDetail"];
            /** @example 2 */
            seq: number;
            /**
             * @description Steps are `applied` or `undone`, an award also `nothing`, `parked` or `dismissed`; `retried`: another attempt begins (not every attempt is recorded). The others are states of the purchase.
             * @example applied
             * @enum {string}
             */
            state: "running" | "applied" | "undone" | "nothing" | "parked" | "dismissed" | "retried" | "cancel_requested" | "compensating" | "completed" | "refused" | "cancelled" | "failed" | "refunding" | "refunded";
            /**
             * @example reserveStock
             * @enum {string}
             */
            step: "purchase" | "reserveStock" | "redeemPoints" | "chargeWallet" | "confirmPurchase" | "awardPoints" | "returnStock" | "returnMoney";
        };
        PurchaseStepDetail: {
            /**
             * @description Charged or returned.
             * @example 1700
             */
            amount?: number;
            /** @description Of a step that is retried: number of the attempt, or less. */
            attempt?: number;
            /** @description Points by campaign and rule. */
            campaigns?: components["schemas"]["CampaignAward"][];
            code?: string;
            /** @description Reserved products with their prices. */
            lines?: {
                productId: string;
                quantity: number;
                /**
                 * @description In major units, with at most two decimals.
                 * @example 1700
                 */
                unitPrice: number;
            }[];
            /** @enum {string} */
            outcome?: "completed" | "refused" | "cancelled" | "failed";
            /** @description Points redeemed, awarded, returned or reversed. */
            points?: number;
            refund?: components["schemas"]["Refund"];
            refusal?: components["schemas"]["Refusal"];
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            total?: number;
            /**
             * Format: uuid
             * @description Id in the statement of points.
             */
            transactionId?: string;
            /** @description Whether the undo of the step is retried. */
            undo?: boolean;
        };
        Quote: {
            /**
             * @description Money that would be charged.
             * @example 1700
             */
            amount: number;
            /** @description Points that would be awarded, by campaign and rule. */
            campaigns: components["schemas"]["CampaignAward"][];
            lines: {
                /** @example 1 */
                productId: string;
                quantity: number;
                /**
                 * @description In major units, with at most two decimals.
                 * @example 1700
                 */
                unitPrice: number;
            }[];
            /** @description Maximum of points that can be redeemed, by the available points and the total. */
            mostPoints: number;
            /** @description Points that the present campaigns would award, within their caps. */
            pointsEarned: number;
            /** @description `redeemPoints`, or `mostPoints` if that is less. */
            pointsRedeemed: number;
            /**
             * @description Price of all lines now.
             * @example 1700
             */
            total: number;
        };
        Readiness: {
            checks: {
                detail?: string;
                name: string;
                ok: boolean;
            }[];
            /** @enum {string} */
            status: "ready";
        };
        Receipt: {
            /**
             * @description Money that was charged.
             * @example 1700
             */
            amount: number;
            /**
             * @description The balance was sufficient.
             * @enum {boolean}
             */
            balance: true;
            /** @description Points awarded, by campaign and rule. */
            campaigns: components["schemas"]["CampaignAward"][];
            lines: {
                /** @example 1 */
                productId: string;
                quantity: number;
                /**
                 * @description In major units, with at most two decimals.
                 * @example 1700
                 */
                unitPrice: number;
            }[];
            /** @description Points awarded. */
            pointsIssued: number;
            /** @description Points redeemed for the rest. */
            pointsRedeemed: number;
            /**
             * @description Product of the first line.
             * @example 1
             */
            productId: string;
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            purchaseId: string;
            /**
             * @description Sum over all lines.
             * @example 1
             */
            quantity: number;
            /**
             * @description `completed` unless it was refunded since.
             * @enum {string}
             */
            status: "completed" | "refunding" | "refunded";
            /**
             * @description All lines were in stock.
             * @enum {boolean}
             */
            stock: true;
            /** @enum {boolean} */
            success: true;
            /**
             * @description Price of all lines.
             * @example 1700
             */
            total: number;
            /** @example derick */
            username: string;
        };
        RedeemExceedsTotalProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "redeem_exceeds_total";
            detail: string;
            mostPoints: number;
            points: number;
            /** Format: uuid */
            purchaseId: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            success: false;
            /** @enum {string} */
            title: "The points are worth more than the total";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:redeem_exceeds_total";
        };
        Refund: {
            /**
             * @description Money returned to the wallet.
             * @example 1700
             */
            amount: number;
            /** @description Redeemed points, back in the lots they came from. */
            pointsReturned: number;
            /** @description Awarded points that had been spent, so they were not reversed. */
            pointsSpent: number;
            /** @description Awarded points that were reversed. */
            pointsTakenBack: number;
            /**
             * @description By how much the value of spent points exceeds the money to return.
             * @example 1700
             */
            shortfall: number;
            /**
             * @description Value of awarded points that had been spent; not returned.
             * @example 1700
             */
            withheld: number;
        };
        RefundedPurchase: {
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            purchaseId: string;
            refund: components["schemas"]["Refund"];
            /** @enum {string} */
            status: "refunded";
        };
        Refusal: {
            /** @description Points that were available. */
            available?: number;
            /** @enum {string} */
            code: "out_of_stock" | "price_changed" | "redeem_exceeds_total" | "insufficient_points" | "insufficient_funds";
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            expectedTotal?: number;
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            missing?: number;
            /** @description Maximum of points that the total allows. */
            mostPoints?: number;
            /** @description Points to redeem, as ordered. */
            points?: number;
            short?: {
                /** @description Available when the purchase was refused. */
                available: number;
                productId: string;
                requested: number;
            }[];
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            total?: number;
        };
        Settings: {
            /**
             * @description No authentication: everybody may do everything.
             * @example true
             */
            demoMode: boolean;
            /**
             * @description Value of one point, in major units.
             * @example 0.1
             */
            pointValue: number;
            /** @description Temporal Web UI; null if unknown. */
            temporalUi: {
                /** @example default */
                namespace: string;
                /**
                 * Format: uri
                 * @description Without a trailing slash.
                 * @example http://127.0.0.1:8233
                 */
                url: string;
            } | null;
        };
        SeveralProductsOrder: {
            /**
             * @description The only total that the buyer accepts; another is refused with `price_changed`.
             * @example 1700
             */
            expectedTotal?: number;
            /** @description Distinct products. All lines are bought, or none. */
            lines: {
                /** @example 1 */
                productId: string;
                /** @example 1 */
                quantity: number;
            }[];
            /**
             * @description Points to redeem for a part of the total, or all of it.
             * @example 100
             */
            redeemPoints?: number;
            /** @example derick */
            userId: string;
        };
        SimulationResult: {
            campaigns: components["schemas"]["CampaignJudgement"][];
            /**
             * @description Sum over all campaigns.
             * @example 170
             */
            points: number;
        };
        StockAdjustment: {
            /**
             * @description Number to add; negative to remove.
             * @example 10
             */
            quantity: number;
            /** @example Delivery 4711 */
            reason: string;
        };
        StockTooLargeProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "stock_too_large";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The stock would be too large";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:stock_too_large";
        };
        TemporalUnavailableProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "temporal_unavailable";
            detail: string;
            /**
             * Format: uuid
             * @description The purchase that is on record, if there is one.
             */
            purchaseId?: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "The workflow engine cannot be reached";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:temporal_unavailable";
        };
        TooManyBacktestsProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "too_many_backtests";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "Too many backtests are running";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:too_many_backtests";
        };
        TooManyCampaignsProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "too_many_campaigns";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The client has reached the maximum of campaigns";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:too_many_campaigns";
        };
        TooManyViewersProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "too_many_viewers";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "This server has reached the maximum of event streams";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:too_many_viewers";
        };
        TopUp: {
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            amount: number;
        };
        UnhealthyProblem: {
            /** @enum {string} */
            code: "unhealthy";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "This process cannot use its database";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unhealthy";
        };
        UnknownCampaignProblem: {
            /** @enum {string} */
            code: "unknown_campaign";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 404;
            /** @enum {string} */
            title: "There is no such campaign";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unknown_campaign";
        };
        UnknownImageProblem: {
            /** @enum {string} */
            code: "unknown_image";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 404;
            /** @enum {string} */
            title: "There is no such image";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unknown_image";
        };
        UnknownParkedAwardProblem: {
            /** @enum {string} */
            code: "unknown_parked_award";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 404;
            /** @enum {string} */
            title: "There is no such parked award";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unknown_parked_award";
        };
        UnknownProductProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "unknown_product";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 404;
            /** @enum {string} */
            title: "There is no such product";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unknown_product";
        };
        UnknownPurchaseProblem: {
            /** @enum {string} */
            code: "unknown_purchase";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 404;
            /** @enum {string} */
            title: "There is no such purchase";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unknown_purchase";
        };
        UnknownTransactionProblem: {
            /** @enum {string} */
            code: "unknown_transaction";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 404;
            /** @enum {string} */
            title: "There is no such transaction of points";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unknown_transaction";
        };
        UnknownUserProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "unknown_user";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 404;
            /** @enum {string} */
            title: "There is no such user";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unknown_user";
        };
        UnsupportedMediaTypeProblem: {
            /** @enum {string} */
            code: "unsupported_media_type";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 415;
            /** @enum {string} */
            title: "The media type of the body is not supported";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:unsupported_media_type";
        };
        User: {
            /**
             * @description In major units, with at most two decimals.
             * @example 1700
             */
            balance: number;
            /**
             * @description Opaque; never changes.
             * @example usr_0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            id: string;
            /** @example derick */
            username: string;
        };
        UserExistsProblem: {
            /** @enum {string} */
            code: "user_exists";
            detail: string;
            /** @description Identifies this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "A user of this name exists already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:user_exists";
        };
        UserPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["User"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            nextCursor: string | null;
        };
        WalletEntry: {
            /**
             * @description Who caused the entry.
             * @example purchase
             */
            actor: string;
            /**
             * @description Credit; negative: debit.
             * @example -1700
             */
            amount: number;
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            id: number;
            /** @enum {string} */
            reason: "opening" | "top_up" | "charge" | "charge_undone" | "refund";
            /** @description Id of the purchase, or Idempotency-Key of the request. */
            reference: string;
        };
        WalletEntryPage: {
            /** @description Number of items on this page. */
            count: number;
            items: components["schemas"]["WalletEntry"][];
            /**
             * @description Cursor of the next page; null on the last page.
             * @example null
             */
            nextCursor: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listCampaigns: {
        parameters: {
            query?: {
                /** @description Owner of the campaign. */
                client?: string;
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of campaigns. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    createCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCampaign"];
            };
        };
        responses: {
            /** @description The campaign in its present state. */
            201: {
                headers: {
                    /** @description The version, to be sent in If-Match. */
                    ETag?: string;
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description URL of the campaign. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_campaign`: There is no such campaign */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /**
             * @description `too_many_campaigns`: The client has reached the maximum of campaigns
             *
             *     `campaign_exists`: The client has a campaign of this name already
             */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TooManyCampaignsProblem"] | components["schemas"]["CampaignExistsProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    getCampaign: {
        parameters: {
            query?: {
                /** @description Owner of the campaign. */
                client?: string;
            };
            header?: never;
            path: {
                campaign_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaign. */
            200: {
                headers: {
                    /** @description The version, to be sent in If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `unknown_campaign`: There is no such campaign */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    deleteCampaign: {
        parameters: {
            query?: {
                /** @description Owner of the campaign. */
                client?: string;
            };
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
                /** @description The ETag of the campaign when it was read. Required. */
                "If-Match"?: string;
            };
            path: {
                campaign_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletedCampaign"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_campaign`: There is no such campaign */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /** @description `campaign_moved_on`: The campaign was changed since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["CampaignMovedOnProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `precondition_required`: The request must have an If-Match header */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PreconditionRequiredProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    updateCampaign: {
        parameters: {
            query?: {
                /** @description Owner of the campaign. */
                client?: string;
            };
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
                /** @description The ETag of the campaign when it was read. Required. */
                "If-Match"?: string;
            };
            path: {
                campaign_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CampaignChanges"];
            };
        };
        responses: {
            /** @description The campaign in its present state. */
            200: {
                headers: {
                    /** @description The version, to be sent in If-Match. */
                    ETag?: string;
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_campaign`: There is no such campaign */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /** @description `campaign_moved_on`: The campaign was changed since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["CampaignMovedOnProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `precondition_required`: The request must have an If-Match header */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PreconditionRequiredProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    listCampaignHistory: {
        parameters: {
            query?: {
                /** @description Owner of the campaign. */
                client?: string;
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
            };
            header?: never;
            path: {
                campaign_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of changes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignHistoryPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `unknown_campaign`: There is no such campaign */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    simulateCampaigns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventSimulation"] | components["schemas"]["Backtest"];
            };
        };
        responses: {
            /** @description The result of each rule. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulationResult"];
                    "application/x-ndjson": components["schemas"]["BacktestPage"] | components["schemas"]["BacktestTotals"] | components["schemas"]["BacktestProblem"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_campaign`: There is no such campaign */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `too_many_backtests`: Too many backtests are running
             */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TooManyBacktestsProblem"];
                };
            };
        };
    };
    createEvent: {
        parameters: {
            query?: never;
            header: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. The id that the event has in the other system is a good key, if it is unique there. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEvent"];
            };
        };
        responses: {
            /** @description The award has ended. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description In progress. */
            202: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TemporalUnavailableProblem"];
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `unhealthy`: This process cannot use its database */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnhealthyProblem"];
                };
            };
        };
    };
    getImage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The image. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description `unknown_image`: There is no such image */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownImageProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
        };
    };
    listParkedAwards: {
        parameters: {
            query?: {
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of parked awards. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParkedAwardPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    dismissParkedAward: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDismissal"];
            };
        };
        responses: {
            /** @description Dismissed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParkedAward"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_parked_award`: There is no such parked award */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownParkedAwardProblem"];
                };
            };
            /** @description `not_parked`: Only an award that is parked can be dismissed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotParkedProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    retryParkedAward: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The award in its present state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParkedAward"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_parked_award`: There is no such parked award */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownParkedAwardProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TemporalUnavailableProblem"];
                };
            };
        };
    };
    repairPurchase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The purchase has ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description In progress. */
            202: {
                headers: {
                    /** @description URL of the purchase. */
                    Location?: string;
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_purchase`: There is no such purchase */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownPurchaseProblem"];
                };
            };
            /**
             * @description `already_settled`: The purchase has ended already
             *
             *     `not_repairable`: Only a purchase that makes no progress can be repaired
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadySettledProblem"] | components["schemas"]["NotRepairableProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TemporalUnavailableProblem"];
                };
            };
        };
    };
    getPoints: {
        parameters: {
            query: {
                /** @description The username of the owner of the points. */
                account_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsBalance"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    issuePoints: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MovedPoints"];
            };
        };
        responses: {
            /** @description Issued. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsTransaction"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `balance_limit`: The account would exceed the maximum of points issued */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BalanceLimitProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    redeemPoints: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MovedPoints"];
            };
        };
        responses: {
            /** @description Redeemed. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsTransaction"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `insufficient_points`: There are not enough points */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InsufficientPointsProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    listPointsLots: {
        parameters: {
            query: {
                /** @description The username of the owner of the points. */
                account_id: string;
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
                /** @description `true`: only lots that have points left. */
                open_only?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of lots. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsLotPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    createRedemption: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MovedPoints"];
            };
        };
        responses: {
            /** @description Redeemed. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsTransaction"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `insufficient_points`: There are not enough points */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InsufficientPointsProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    listPointsTransactions: {
        parameters: {
            query: {
                /** @description The username of the owner of the points. */
                account_id: string;
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the statement. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsStatementPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    reversePointsTransaction: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Reversed. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsReversal"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_transaction`: There is no such transaction of points */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownTransactionProblem"];
                };
            };
            /**
             * @description `already_reversed`: The transaction is reversed already
             *
             *     `not_reversible`: Only issues and redemptions can be reversed
             *
             *     `belongs_to_purchase`: The transaction belongs to a purchase
             */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadyReversedProblem"] | components["schemas"]["NotReversibleProblem"] | components["schemas"]["BelongsToPurchaseProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    listProducts: {
        parameters: {
            query?: {
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of products. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    createProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProduct"];
            };
        };
        responses: {
            /** @description The product in its present state. */
            201: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description URL of the product. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `product_exists`: A product of this id exists already */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProductExistsProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    getProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The product. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description `unknown_product`: There is no such product */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownProductProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    updateProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductChanges"];
            };
        };
        responses: {
            /** @description The product in its present state. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_product`: There is no such product */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownProductProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    adjustStock: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StockAdjustment"];
            };
        };
        responses: {
            /** @description The product in its present state. */
            201: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_product`: There is no such product */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownProductProblem"];
                };
            };
            /**
             * @description `insufficient_stock`: There is less stock than is to be removed
             *
             *     `stock_too_large`: The stock would be too large
             */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InsufficientStockProblem"] | components["schemas"]["StockTooLargeProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    createPurchase: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
                /** @description `respond-async` (RFC 7240): answer 202 at once. */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OneProductOrder"] | components["schemas"]["SeveralProductsOrder"];
            };
        };
        responses: {
            /** @description Bought. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description In progress. */
            202: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description URL of the purchase. */
                    Location?: string;
                    /** @description Present when `respond-async` was applied (RFC 7240). */
                    "Preference-Applied"?: "respond-async";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /**
             * @description `unknown_user`: There is no such user
             *
             *     `unknown_product`: There is no such product
             */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownUserProblem"] | components["schemas"]["UnknownProductProblem"];
                };
            };
            /**
             * @description `out_of_stock`: There is not enough stock
             *
             *     `insufficient_funds`: The balance does not cover the total
             *
             *     `price_changed`: The total is not the expected one
             *
             *     `redeem_exceeds_total`: The points are worth more than the total
             *
             *     `insufficient_points`: There are not enough points
             *
             *     `cancelled`: The purchase was cancelled
             *
             *     `purchase_failed`: The purchase failed and was undone
             */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["OutOfStockProblem"] | components["schemas"]["InsufficientFundsProblem"] | components["schemas"]["PriceChangedProblem"] | components["schemas"]["RedeemExceedsTotalProblem"] | components["schemas"]["InsufficientPointsProblem"] | components["schemas"]["CancelledProblem"] | components["schemas"]["PurchaseFailedProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TemporalUnavailableProblem"];
                };
            };
        };
    };
    quotePurchase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OneProductOrder"] | components["schemas"]["SeveralProductsOrder"];
            };
        };
        responses: {
            /** @description The quote. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quote"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /**
             * @description `unknown_user`: There is no such user
             *
             *     `unknown_product`: There is no such product
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownUserProblem"] | components["schemas"]["UnknownProductProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    listPurchases: {
        parameters: {
            query?: {
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
                /** @description `running` and `compensating` (being undone) are in progress; `refunding`: completed, with a refund in progress; the others are final. */
                status?: "running" | "compensating" | "completed" | "refused" | "cancelled" | "failed" | "refunding" | "refunded";
                /** @description Only purchases of this user. */
                userId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of purchases. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchasePage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    getPurchase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The purchase. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Purchase"];
                };
            };
            /** @description `unknown_purchase`: There is no such purchase */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownPurchaseProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    cancelPurchase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description The request is on record; its effect is not decided yet. */
            202: {
                headers: {
                    /** @description URL of the purchase. */
                    Location?: string;
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_purchase`: There is no such purchase */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownPurchaseProblem"];
                };
            };
            /** @description `already_settled`: The purchase has ended already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadySettledProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TemporalUnavailableProblem"];
                };
            };
        };
    };
    watchPurchase: {
        parameters: {
            query?: never;
            header?: {
                /** @description The last event that was received: only later ones are sent. */
                "Last-Event-ID"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description All events were delivered, including the outcome. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `unknown_purchase`: There is no such purchase */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownPurchaseProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `too_many_viewers`: This server has reached the maximum of event streams
             */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TooManyViewersProblem"];
                };
            };
        };
    };
    refundPurchase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refunded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefundedPurchase"];
                };
            };
            /** @description In progress. */
            202: {
                headers: {
                    /** @description URL of the purchase. */
                    Location?: string;
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_purchase`: There is no such purchase */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownPurchaseProblem"];
                };
            };
            /** @description `not_refundable`: Only a completed purchase can be refunded */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotRefundableProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /**
             * @description `database_unavailable`: The database is unavailable
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"] | components["schemas"]["TemporalUnavailableProblem"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `not_ready`: The server is not ready for requests */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotReadyProblem"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description The user in its present state. */
            201: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description URL of the balance. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `user_exists`: A user of this name exists already */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UserExistsProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    topUp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what the first one did; the same key with a different request: 422. Without a key every request takes effect. Keys of purchases, of points and of all other routes do not collide. A random UUID is a good key. */
                "Idempotency-Key"?: string;
            };
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TopUp"];
            };
        };
        responses: {
            /** @description The user with the present balance. */
            200: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid
             *
             *     `malformed_json`: The body is not JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["MalformedJsonProblem"];
                };
            };
            /** @description `foreign_request`: Requests from other sites are not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `unknown_user`: There is no such user */
            404: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownUserProblem"];
                };
            };
            /** @description `balance_too_large`: The balance would be too large */
            409: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BalanceTooLargeProblem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The media type of the body is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `idempotency_key_reused`: This Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description `true` when an earlier request with the same key took effect. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    listWalletEntries: {
        parameters: {
            query?: {
                /** @description `nextCursor` (of points and campaigns: `next_cursor`) of the previous page. */
                cursor?: string;
                /** @description Maximum number of items. */
                limit?: number;
            };
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WalletEntryPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description `unknown_user`: There is no such user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownUserProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
    getBalance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `unknown_user`: There is no such user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownUserProblem"];
                };
            };
            /** @description `misdirected_request`: The request is meant for another server */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["MisdirectedRequestProblem"];
                };
            };
            /** @description `internal_error`: Something went wrong on the server */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InternalErrorProblem"];
                };
            };
            /** @description `database_unavailable`: The database is unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DatabaseUnavailableProblem"];
                };
            };
        };
    };
}
