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
         * The campaigns there are
         * @description Newest first; of one client, or of all.
         */
        get: operations["listCampaigns"];
        put?: never;
        /**
         * Add a campaign
         * @description It is active unless said otherwise, and counts for purchases from now on. Repeated with its key after the campaign was deleted, it is answered with 404.
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
        /** A campaign, and what it has given */
        get: operations["getCampaign"];
        put?: never;
        post?: never;
        /**
         * Take a campaign out of use for good
         * @description Points that it gave stay, and so does its history. Its name is free again.
         */
        delete: operations["deleteCampaign"];
        options?: never;
        head?: never;
        /**
         * Change the status, schedule, caps or rules of a campaign
         * @description Counts for purchases that are confirmed from now on; a cap, for points that are booked from now on. A cap below what was given takes nothing back. Repeated with its key after the campaign was deleted, it is answered with 404.
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
         * Who changed what of a campaign, and when
         * @description Newest first. What a campaign was before it was deleted is still told.
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
         * What campaigns make of an event, or would have made of the past
         * @description With `event`: what each rule makes of it, and why another gives nothing. With `from`: a backtest over everything whose points were booked, or came to nothing, since then, in the order in which that happened, with schedules and caps; caps count what was given before, and have room again for what was taken back. Tried are all campaigns of the client, as they stood at the time; or one of them as it stands now (`campaign_name`), with the changes that are given; or, without a name, one that is not stored. Nothing is written. A backtest answers in lines of JSON: pages, as they come, and at the end the totals. Close the connection to cancel it; an answer without totals is not complete.
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
         * Award points for what happened in another system
         * @description The campaigns of the client that run now decide. Once it is accepted it is carried out, whatever happens to this request; the same Idempotency-Key tells how it stands.
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
         * Whether this process is alive, and can use its database
         * @description Answers at once from what this process has seen: it fails when for a minute no statement was answered. Whether requests can be served right now, `/readyz` knows.
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
        /** A picture of a product */
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
         * Awards that could not be booked and wait to be retried
         * @description Oldest purchase first. Their sales stand.
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
         * Decide that a parked award is never booked
         * @description Says why; who and when is recorded with it. It happens once: asking again changes nothing and answers what stands, so no Idempotency-Key is needed. An award that was booked, or ended otherwise, in the meantime: 409.
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
         * Book a parked award
         * @description Takes no body. Books what the purchase earned by the evaluation that was kept, as far as caps leave room now. It is tried for ten minutes, whatever happens to this request, and books once, however often it is asked for: no Idempotency-Key is needed. Answers how the award stands, which is still `parked` if it takes longer, or in vain.
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
         * Settle a purchase that does not get on
         * @description Takes no body. Of a purchase that is `compensating`, the undo is tried at once rather than when it would be tried next. One that is `running`, but whose workflow was lost, is completed if it was confirmed, and else undone. Everything is done once, however often it is asked for: no Idempotency-Key is needed. What is lost is also found every minute.
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
         * What an account can spend in points
         * @description An account that nothing has happened to has none.
         */
        get: operations["getPoints"];
        put?: never;
        /**
         * Issue points
         * @description They can be spent at once, and lapse at the end of their lifetime, at midnight UTC.
         */
        post: operations["issuePoints"];
        /**
         * Redeem points
         * @description Takes those that lapse soonest first. The same as `POST /points/redemptions`, for clients and proxies that drop the body of a DELETE.
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
         * Where the points of an account come from, and when they end
         * @description Newest first.
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
         * @description Takes those that lapse soonest first.
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
         * Everything that happened to the points of an account
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
         * @description Takes no body. Redeemed points go back to where they were taken from, and lapse when they would have. Issued points are taken back as far as they are there; the answer says what was not. Each transaction is reversed once. Those of a purchase go back with its refund only, which also settles what cannot be taken back.
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
         * What there is to buy
         * @description In the order of their ids.
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
        /** One product */
        get: operations["getProduct"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change what is said about a product, or its price
         * @description Purchases that have reserved the product already keep the price that they froze.
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
         * Add to the stock, or take out of it
         * @description What is reserved for purchases under way cannot be taken out.
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
         * @description Reserves the stock, charges the wallet and confirms the sale, or undoes it all. Once it is accepted it is carried out whatever happens to this request. Answers with the outcome; if that takes too long, or with `Prefer: respond-async`, with 202 and where to look for it. A purchase that ends other than with a sale is a 409 whose `code` says why; stock and money are then as they were. That goes for `purchase_failed` too: unlike after a 503 it is over, so buy again with a new key.
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
         * What a purchase would come to
         * @description Takes the body of a purchase. Nothing is written or held: price, points and campaigns may change.
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
         * Purchases with everything that happened to them
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
        /** One purchase with everything that happened to it */
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
         * @description Takes no body. It counts until the sale is confirmed: from then on the purchase ends completed, before that with everything given back. Asking again changes nothing and gets the same answer, so no Idempotency-Key is needed.
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
         * Everything that happens to a purchase, as it happens
         * @description Server-sent events. Each `step` has its `seq` as id, and a `PurchaseStep` as data; those that have happened already come first. When the purchase has ended, `outcome` follows, with the `Purchase` as data, and the stream ends. Comments in between show that the connection lives. Connect again with the id of the last event (browsers do) to go on where it broke off; after the outcome the answer is 204, at which browsers stop. A refund goes on with the same story.
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
         * Give a completed purchase back, as a whole
         * @description Takes no body. The goods go back on the shelf, points that paid go back to the lots they came from, awarded points are taken back, and the money is returned less the value of awarded points that were spent. It happens once: asking again gets the same answer, so no Idempotency-Key is needed. Once it is accepted it is carried out.
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
         * Whether requests can be served
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
         * What a client has to know of this installation
         * @description The same for everybody, and until the server is started again.
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
         * Who can buy
         * @description In the order of their names.
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
        /** Put money into a wallet */
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
         * Everything that went into a wallet and out of it
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
        /** What a user can spend */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
             * @description Only this stored campaign, with what is given below in place of what it has.
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
             * @description Whose campaign it is.
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
             * @description RFC 3339: where the past begins.
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
             * @description The first instant that no longer counts; left out: now.
             */
            to?: string;
        };
        BacktestPage: {
            awards: {
                /**
                 * @description The name of the user whose points they are.
                 * @example derick
                 */
                account_id: string;
                campaigns: components["schemas"]["CampaignJudgement"][];
                /**
                 * Format: uuid
                 * @description Of the purchase or event.
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
                /** @description What it would have earned. */
                points: number;
                /** @description What it earned in truth. */
                points_issued: number;
            }[];
            /** @description Purchases and events that are through ... */
            done: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            line: "page";
            /** @description ... of about so many. */
            total: number;
        };
        BacktestProblem: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            line: "problem";
            /** @description What went wrong on the way, as elsewhere (RFC 9457). No totals follow. */
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
                /** @description How many purchases and events got points by it. */
                earning: number;
                /** @description How many got less than they earned, because of a cap. */
                limited: number;
                /** @description How many came while it did not run. */
                not_running: number;
                points: number;
                points_taken_back: number;
                rules: {
                    did_not_match: number;
                    /** @description How often it gave points, while its campaign ran. */
                    gave: number;
                    not_evaluated: number;
                    /** @description Why it was not evaluated, the first time. */
                    reason: string | null;
                    rule: components["schemas"]["CampaignRule"];
                    /**
                     * @description What it gave, before rounding and caps.
                     * @example 1700.5
                     */
                    sum: string;
                }[];
            }[];
            /** @description Purchases and events. */
            judged: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            line: "totals";
            /** @description What they would have earned. */
            points: number;
            /** @description What they earned in truth. */
            points_issued: number;
            /** @description What would have been taken back of it. */
            points_taken_back: number;
        };
        BalanceLimitProblem: {
            /** @enum {string} */
            code: "balance_limit";
            detail: string;
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The account would have been issued more points than can be counted";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:balance_limit";
        };
        BalanceTooLargeProblem: {
            /** @enum {string} */
            code: "balance_too_large";
            detail: string;
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
             * @description Most points it gives to one customer.
             * @example null
             */
            cap_points_per_customer: number | null;
            /**
             * @description Most points it gives in all; null: no cap.
             * @example null
             */
            cap_total_points: number | null;
            /**
             * @description Whose campaign it is.
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
             * @description The first instant at which it no longer does; null: never.
             * @example 2026-01-31T12:00:00.000Z
             */
            ends_at: string | null;
            /** @description What it gave so far, less what refunds took back. */
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
             * @description The first instant at which it runs; null: from ever.
             * @example 2026-01-31T12:00:00.000Z
             */
            starts_at: string | null;
            /**
             * @description An inactive one gives nothing.
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
             * @description Goes up with each change; the ETag.
             * @example 1
             */
            version: number;
        };
        CampaignAward: {
            /** @example 1 */
            campaign: string;
            /**
             * @description Before rounding: a decimal or, where that would not end, a fraction.
             * @example 170
             */
            exact: string;
            /**
             * @description What left less than was earned: a cap of the campaign, or `pointsPerAward`: all of it together would have been more points than one transaction takes, so nothing was given.
             * @enum {string|null}
             */
            limitedBy: "totalPoints" | "pointsPerCustomer" | "pointsPerAward" | null;
            /**
             * @description What it gave.
             * @example 170
             */
            points: number;
            /** @description Those that matched, and those that could not be evaluated. */
            rules: {
                /**
                 * @description Before rounding: a decimal or, where that would not end, a fraction.
                 * @example 170
                 */
                exact?: string;
                /**
                 * @description Why the rule could not be evaluated, and gave nothing.
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
                 * @description Which of the rules of the campaign, from 0.
                 * @example 0
                 */
                rule: number;
            }[];
        };
        CampaignChange: {
            /** @enum {string} */
            action: "created" | "updated" | "deleted";
            /**
             * @description Who did it.
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
        /** @description A comparison, or `all`, `any` or `not` over conditions with variables of their own. A rule has at most 50 of them, 8 levels deep. */
        CampaignCondition: {
            /** @enum {string} */
            rule: "numeric_greater_than" | "numeric_greater_than_equals" | "numeric_less_than" | "numeric_less_than_equals" | "numeric_equals";
            /** @example 100 */
            value: number;
            /**
             * @description JSONPath to what is compared, of names and indexes. Left out: that of the rule.
             * @example $.amount
             */
            variable?: string;
        } | {
            /** @enum {string} */
            rule: "string_equals";
            /** @example air */
            value: string;
            /**
             * @description JSONPath to what is compared, of names and indexes. Left out: that of the rule.
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The client has a campaign of this name already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:campaign_exists";
        };
        CampaignHistoryPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["CampaignChange"][];
            /**
             * @description Where the next page starts; null when this is the last.
             * @example null
             */
            next_cursor: string | null;
        };
        CampaignJudgement: {
            /**
             * @description Null for one that is not stored.
             * @example 1
             */
            campaign_name: string | null;
            /**
             * @description What its rules come to, whether it runs or not.
             * @example 170
             */
            earned: number;
            /**
             * @description The same before rounding.
             * @example 170
             */
            exact: string;
            /**
             * @description What leaves less than was earned: a cap, or that the award would be more points than one transaction takes.
             * @enum {string|null}
             */
            limited_by: "total_points" | "points_per_customer" | "points_per_award" | null;
            /**
             * @description Why it gives nothing, whatever its rules say; null: it runs when the event occurs.
             * @enum {string|null}
             */
            not_running: "inactive" | "not_started" | "ended" | "no_instant" | null;
            /** @description What it gives: 0 if it does not run, within its caps if it does. */
            points: number;
            rules: {
                /**
                 * @description What it gave, before rounding.
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
                /** @description Which of the rules, from 0. */
                rule: number;
            }[];
        };
        CampaignMovedOnProblem: {
            /** @enum {string} */
            code: "campaign_moved_on";
            detail: string;
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 412;
            /** @enum {string} */
            title: "Somebody else changed the campaign since it was read";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:campaign_moved_on";
            /**
             * @description What it stands at now.
             * @example 4
             */
            version: number;
        };
        CampaignPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["Campaign"][];
            /**
             * @description Where the next page starts; null when this is the last.
             * @example null
             */
            next_cursor: string | null;
        };
        /** @description When the condition holds, points are issued, as many as the formula says. */
        CampaignRule: {
            action: {
                /** @enum {string} */
                command: "issue";
                /**
                 * @description How many points. Numbers, JSONPaths, `+ - * / %`, parentheses, `min max floor ceil round`. What the rules of a campaign come to is summed exactly, and rounded once, half to even.
                 * @example $.amount/10
                 */
                formula: string;
            };
            condition: components["schemas"]["CampaignCondition"];
            /**
             * @description JSONPath that comparisons without one of their own look at.
             * @example $.amount
             */
            variable?: string;
        };
        CampaignTerms: {
            /**
             * @description Most points it gives to one customer.
             * @example null
             */
            cap_points_per_customer: number | null;
            /**
             * @description Most points it gives in all; null: no cap.
             * @example null
             */
            cap_total_points: number | null;
            /**
             * Format: date-time
             * @description The first instant at which it no longer does; null: never.
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
             * @description The first instant at which it runs; null: from ever.
             * @example 2026-01-31T12:00:00.000Z
             */
            starts_at: string | null;
            /**
             * @description An inactive one gives nothing.
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "The database cannot be used at the moment";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:database_unavailable";
        };
        DeletedCampaign: {
            /** @example double-points */
            campaign_name: string;
            /**
             * @description Whose campaign it is.
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
            /** @description Which campaign and rule gave what. */
            campaigns: components["schemas"]["CampaignAward"][];
            /** Format: uuid */
            event_id: string;
            /**
             * @description Points that were booked for it.
             * @example 5
             */
            points: number;
            /**
             * @description `running`: under way. `parked`: it waits for an operator; `dismissed`: one decided against it.
             * @enum {string}
             */
            status: "running" | "booked" | "nothing" | "parked" | "dismissed";
        };
        EventSimulation: {
            /**
             * @description Only this stored campaign, with what is given below in place of what it has.
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
             * @description Whose campaign it is.
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
             * @description What rules look at. Left out, `type` is PurchaseCompleted and `occurredAt` is now. Caps per customer count what its `username`, or `accountId`, already has.
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 403;
            /** @enum {string} */
            title: "Another site may not do this";
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
            /** @description Names this request in the logs. */
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
             * @description What the balance lacks, in major units.
             * @example 100
             */
            missing: number;
            /** Format: uuid */
            purchaseId: string;
            /** @description Names this request in the logs. */
            requestId: string;
            /**
             * @description The reserved stock was given back.
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
             * @description What could be spent when it was refused.
             * @example 750
             */
            available: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "insufficient_points";
            detail: string;
            /** @description Of a purchase: how many should have paid. */
            points?: number;
            /**
             * Format: uuid
             * @description The purchase that was refused for it.
             */
            purchaseId?: string;
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            success?: false;
            /** @enum {string} */
            title: "There are fewer points to spend";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:insufficient_points";
        };
        InsufficientStockProblem: {
            /** @description What is neither sold nor reserved. */
            available: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "insufficient_stock";
            detail: string;
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "Less is in stock than should be taken out";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:insufficient_stock";
        };
        InternalErrorProblem: {
            /** @enum {string} */
            code: "internal_error";
            detail: string;
            /** @description Names this request in the logs. */
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
                 * @description Which value: its path in the body, its query parameter or header. Within the rules of a campaign it goes on as a JSON Pointer (RFC 6901): `rules/0/action/formula`.
                 * @example lines.0.productId
                 */
                path: string;
                /**
                 * @description In a formula or JSONPath: the character that is wrong, from 1.
                 * @example 10
                 */
                position?: number;
            }[];
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
             * @description The name of the user whose points they are.
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
             * @description Whose campaign it is.
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
             * @description The name of the user whose points they are.
             * @example derick
             */
            account_id: string;
            /**
             * @description Whose campaign it is.
             * @example ReviewSite
             */
            client: string;
            /**
             * @description What rules look at, beside type, client, accountId and occurredAt.
             * @example {
             *       "stars": 5
             *     }
             */
            payload: {
                [key: string]: unknown;
            };
            /**
             * @description What happened.
             * @example ReviewWritten
             */
            type: string;
        };
        NewProduct: {
            /** @example Light as a feather, fast as a thought. */
            description: string;
            /**
             * @description Left out: one is made.
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "Only a purchase that does not get on can be repaired";
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
            /** @description Names this request in the logs. */
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
             * @description Buy for exactly this total, or refuse with `price_changed`.
             * @example 1700
             */
            expectedTotal?: number;
            /** @example 1 */
            productId: string;
            /** @example 1 */
            quantity: number;
            /**
             * @description Pay a part, or all, with so many points.
             * @example 100
             */
            redeemPoints?: number;
            /** @example derick */
            userId: string;
        };
        OutOfStockProblem: {
            /**
             * @description Of the first product that is short.
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @description Every product that is short. */
            short: {
                /** @description What could be bought when the purchase was refused. */
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
            title: "Not enough is in stock";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:out_of_stock";
        };
        ParkedAward: {
            /** @description Which campaign and rule gave what. */
            campaigns: components["schemas"]["CampaignAward"][];
            /** @description Why, by whom and when it was decided that it is never booked. */
            dismissed: components["schemas"]["Dismissal"] | null;
            /**
             * Format: uuid
             * @description Of the purchase or event.
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
             * @description What the purchase earned, before caps.
             * @example 170
             */
            points: number;
            /**
             * @description What was booked of it.
             * @example 0
             */
            pointsIssued: number;
            /**
             * @description Why it could not be booked.
             * @example unavailable
             */
            problem: string;
            /**
             * @description `parked`: it still waits. `nothing`: caps left nothing of it. `dismissed`: an operator decided against it. `voided`: the purchase was given back.
             * @enum {string}
             */
            status: "parked" | "booked" | "nothing" | "dismissed" | "voided";
            /** @example derick */
            username: string;
        };
        ParkedAwardPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["ParkedAward"][];
            /**
             * @description Where the next page starts; null when this is the last.
             * @example null
             */
            nextCursor: string | null;
        };
        PointsBalance: {
            /**
             * @description The name of the user whose points they are.
             * @example derick
             */
            account_id: string;
            /**
             * @description What can be spent: the sum of the active entries.
             * @example 750
             */
            balance: number;
            /** @description By the day of issue, oldest first. */
            balance_entries: components["schemas"]["PointsBalanceEntry"][];
        };
        PointsBalanceEntry: {
            /**
             * @description What is left of that day; once expired, what was lost.
             * @example 750
             */
            balance: number;
            /**
             * Format: date
             * @description The UTC day.
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
        /** @description The points that lapse next unless they are spent before. */
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
             * @description How many were lost at the end.
             * @example 0
             */
            expired: number;
            /**
             * Format: date-time
             * @description From this moment on its points cannot be spent.
             * @example 2026-01-31T12:00:00.000Z
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Of the transaction that issued it.
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
             * @description How many points were issued.
             * @example 750
             */
            original: number;
            /**
             * @description How many are left.
             * @example 750
             */
            remaining: number;
            source: {
                /** @example purchase */
                reason: string;
                /** @description The purchase, or the Idempotency-Key of the request. */
                reference: string;
            };
        };
        PointsLotPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["PointsLot"][];
            lapses_next: components["schemas"]["PointsLapse"] | null;
            /**
             * @description Where the next page starts; null when this is the last.
             * @example null
             */
            next_cursor: string | null;
        };
        PointsReversal: {
            /**
             * @description The name of the user whose points they are.
             * @example derick
             */
            account_id: string;
            /**
             * @description How many points were moved; its type says which way.
             * @example 250
             */
            amount: number;
            /**
             * @description What could be spent after it.
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
             * @description What of issued points was gone by then.
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
             * @description The transaction that it reversed.
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            reverses: string;
            /** @enum {string} */
            transaction_type: "issue" | "redeem" | "expire" | "reverse";
        };
        PointsStatementLine: {
            /**
             * @description The name of the user whose points they are.
             * @example derick
             */
            account_id: string;
            /**
             * @description Who did it.
             * @example demo
             */
            actor: string;
            /**
             * @description How many points were moved; its type says which way.
             * @example 250
             */
            amount: number;
            /**
             * @description What could be spent after it.
             * @example 750
             */
            balance: number;
            /** @description Of points that campaigns gave: which gave how many. */
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
             * @description Why.
             * @example purchase
             */
            reason: string;
            /** @description On behalf of what: a purchase, or an Idempotency-Key. */
            reference: string;
            /**
             * Format: uuid
             * @description Of a reversal: the transaction that it reversed.
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            reverses: string | null;
            /**
             * @description Of a reversal: of an issue, points were taken back; of a redemption, given back.
             * @enum {string|null}
             */
            reverses_type: "issue" | "redeem" | null;
            /** @enum {string} */
            transaction_type: "issue" | "redeem" | "expire" | "reverse";
        };
        PointsStatementPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["PointsStatementLine"][];
            /**
             * @description Where the next page starts; null when this is the last.
             * @example null
             */
            next_cursor: string | null;
        };
        PointsTransaction: {
            /**
             * @description The name of the user whose points they are.
             * @example derick
             */
            account_id: string;
            /**
             * @description How many points were moved; its type says which way.
             * @example 250
             */
            amount: number;
            /**
             * @description What could be spent after it.
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 428;
            /** @enum {string} */
            title: "The request must say in If-Match what it is based on";
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
            /** @description Names this request in the logs. */
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
             * @description Address of a picture.
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
             * @description What can be bought now: on hand and not reserved.
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "A product of this id exists already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:product_exists";
        };
        ProductPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["Product"][];
            /**
             * @description Where the next page starts; null when this is the last.
             * @example null
             */
            nextCursor: string | null;
        };
        Purchase: {
            /**
             * @description What of the total is paid in money.
             * @example 1700
             */
            amount: number | null;
            /**
             * @description How its award ended. `parked`: it waits for an operator; `dismissed`: one decided against it; `voided`: it waited when the purchase was given back, and never comes.
             * @enum {string|null}
             */
            award: "booked" | "nothing" | "parked" | "dismissed" | "voided" | null;
            /** @description Which campaign and rule gave what. */
            campaigns: components["schemas"]["CampaignAward"][];
            /**
             * Format: date-time
             * @description UTC.
             * @example 2026-01-31T12:00:00.000Z
             */
            cancelRequestedAt: string | null;
            /**
             * @description Why it was refused or failed.
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
             * @description The buyer pays this total or none.
             * @example 1700
             */
            expectedTotal: number | null;
            lines: components["schemas"]["PurchaseLine"][];
            /** @description Points that it earned; null until then. */
            pointsIssued: number | null;
            /**
             * @description Points that pay the rest.
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
             * @description When it ended; null while it is under way.
             * @example 2026-01-31T12:00:00.000Z
             */
            settledAt: string | null;
            /**
             * @description `running` and `compensating` (being undone) are under way; `refunding` is completed and being given back; the others are final.
             * @enum {string}
             */
            status: "running" | "compensating" | "completed" | "refused" | "cancelled" | "failed" | "refunding" | "refunded";
            /** @description Everything that happened to it so far, in order. */
            steps: components["schemas"]["PurchaseStep"][];
            /**
             * @description Known once the stock was reserved.
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
             * @description `step_unavailable`: a step could not be carried out for ten minutes. `interrupted`: the workflow was lost.
             * @enum {string}
             */
            reason: "step_unavailable" | "interrupted";
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {boolean} */
            success: false;
            /** @enum {string} */
            title: "The purchase failed, and everything was given back";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:purchase_failed";
        };
        PurchaseLine: {
            /** @example 1 */
            productId: string;
            /** @example 1 */
            quantity: number;
            /**
             * @description Frozen when the stock was reserved; null before that.
             * @example 1700
             */
            unitPrice: number | null;
        };
        PurchasePage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["Purchase"][];
            /**
             * @description Where the next page starts; null when this is the last.
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
             * @description `running` and `compensating` (being undone) are under way; `refunding` is completed and being given back; the others are final.
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
             * @description Steps are `applied` or `undone`, an award also `nothing`, `parked` or `dismissed`; `retried` says that another attempt begins, of which not each is noted. The rest are states of the purchase.
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
             * @description What was charged, or given back.
             * @example 1700
             */
            amount?: number;
            /** @description Of a step that is tried again: which attempt, at least. */
            attempt?: number;
            /** @description What the points were earned by. */
            campaigns?: components["schemas"]["CampaignAward"][];
            code?: string;
            /** @description What was reserved, at which prices. */
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
            /** @description Redeemed, earned, given or taken back. */
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
             * @description In the statement of points.
             */
            transactionId?: string;
            /** @description Whether it is the undo of the step that is tried again. */
            undo?: boolean;
        };
        Quote: {
            /**
             * @description What would be charged in money.
             * @example 1700
             */
            amount: number;
            /** @description Which campaign and rule would give them. */
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
            /** @description The most points that can pay: what there is to spend, and the total. */
            mostPoints: number;
            /** @description Points that it would earn by the campaigns of now, within their caps. */
            pointsEarned: number;
            /** @description `redeemPoints`, or `mostPoints` if that is less. */
            pointsRedeemed: number;
            /**
             * @description The price of all lines now.
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
             * @description What was charged in money.
             * @example 1700
             */
            amount: number;
            /**
             * @description The balance covered it.
             * @enum {boolean}
             */
            balance: true;
            /** @description Which campaign and rule gave them. */
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
            /** @description Points that it earned. */
            pointsIssued: number;
            /** @description Points that paid the rest. */
            pointsRedeemed: number;
            /**
             * @description Of the first line.
             * @example 1
             */
            productId: string;
            /**
             * Format: uuid
             * @example 0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50
             */
            purchaseId: string;
            /**
             * @description Over all lines.
             * @example 1
             */
            quantity: number;
            /**
             * @description `completed`, unless it was refunded since.
             * @enum {string}
             */
            status: "completed" | "refunding" | "refunded";
            /**
             * @description Everything was in stock.
             * @enum {boolean}
             */
            stock: true;
            /** @enum {boolean} */
            success: true;
            /**
             * @description The price of all lines.
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
            /** @description Names this request in the logs. */
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
             * @description Money that went back into the wallet.
             * @example 1700
             */
            amount: number;
            /** @description Points that had paid; back in the lots they came from. */
            pointsReturned: number;
            /** @description Of the points that the purchase had earned; not taken back. */
            pointsSpent: number;
            /** @description Of the points that the purchase had earned. */
            pointsTakenBack: number;
            /**
             * @description What spent points were worth beyond the money to give back.
             * @example 1700
             */
            shortfall: number;
            /**
             * @description Value of awarded points that were spent by then.
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
            /** @description How many points there were to spend. */
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
            /** @description How many points the total is worth. */
            mostPoints?: number;
            /** @description How many points should have paid. */
            points?: number;
            short?: {
                /** @description What could be bought when the purchase was refused. */
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
             * @description Nobody signs in: everybody may do everything.
             * @example true
             */
            demoMode: boolean;
            /**
             * @description What one point pays for, in major units.
             * @example 0.1
             */
            pointValue: number;
            /** @description Where every workflow can be looked at; null if this server does not know. */
            temporalUi: {
                /** @example default */
                namespace: string;
                /**
                 * Format: uri
                 * @description Without a slash at its end.
                 * @example http://127.0.0.1:8233
                 */
                url: string;
            } | null;
        };
        SeveralProductsOrder: {
            /**
             * @description Buy for exactly this total, or refuse with `price_changed`.
             * @example 1700
             */
            expectedTotal?: number;
            /** @description Distinct products. All of them are bought, or none. */
            lines: {
                /** @example 1 */
                productId: string;
                /** @example 1 */
                quantity: number;
            }[];
            /**
             * @description Pay a part, or all, with so many points.
             * @example 100
             */
            redeemPoints?: number;
            /** @example derick */
            userId: string;
        };
        SimulationResult: {
            campaigns: components["schemas"]["CampaignJudgement"][];
            /**
             * @description What the campaigns give together.
             * @example 170
             */
            points: number;
        };
        StockAdjustment: {
            /**
             * @description What is added; negative: taken out.
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
            /** @description Names this request in the logs. */
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
             * @description The purchase that may still be carried out.
             */
            purchaseId?: string;
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "Too many backtests are under way";
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "The client has as many campaigns as it can have";
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 503;
            /** @enum {string} */
            title: "This server watches as many purchases as it can";
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 415;
            /** @enum {string} */
            title: "The body is not of a type that is understood here";
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
             * @description Means nothing, and never changes.
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
            /** @description Names this request in the logs. */
            requestId: string;
            /** @enum {number} */
            status: 409;
            /** @enum {string} */
            title: "A user of this name exists already";
            /** @enum {string} */
            type: "urn:unicorn-store:problem:user_exists";
        };
        UserPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["User"][];
            /**
             * @description Where the next page starts; null when this is the last.
             * @example null
             */
            nextCursor: string | null;
        };
        WalletEntry: {
            /**
             * @description Who did it.
             * @example purchase
             */
            actor: string;
            /**
             * @description What came in; negative: what went out.
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
            /** @description The purchase, or the Idempotency-Key of the request. */
            reference: string;
        };
        WalletEntryPage: {
            /** @description How many items this page has. */
            count: number;
            items: components["schemas"]["WalletEntry"][];
            /**
             * @description Where the next page starts; null when this is the last.
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
                /** @description Whose campaign it is. */
                client?: string;
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
            /** @description The campaign, as it stands now. */
            201: {
                headers: {
                    /** @description The version, for If-Match. */
                    ETag?: string;
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Address of the campaign. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /**
             * @description `too_many_campaigns`: The client has as many campaigns as it can have
             *
             *     `campaign_exists`: The client has a campaign of this name already
             */
            409: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description Whose campaign it is. */
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
                    /** @description The version, for If-Match. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Whose campaign it is. */
                client?: string;
            };
            header?: {
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
                "Idempotency-Key"?: string;
                /** @description The ETag of the campaign as it was read. Required. */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /** @description `campaign_moved_on`: Somebody else changed the campaign since it was read */
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
            /** @description `precondition_required`: The request must say in If-Match what it is based on */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description Whose campaign it is. */
                client?: string;
            };
            header?: {
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
                "Idempotency-Key"?: string;
                /** @description The ETag of the campaign as it was read. Required. */
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
            /** @description The campaign, as it stands now. */
            200: {
                headers: {
                    /** @description The version, for If-Match. */
                    ETag?: string;
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownCampaignProblem"];
                };
            };
            /** @description `campaign_moved_on`: Somebody else changed the campaign since it was read */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `precondition_required`: The request must say in If-Match what it is based on */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description Whose campaign it is. */
                client?: string;
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description What each rule gave, or why not. */
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
            /** @description `foreign_request`: Another site may not do this */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `too_many_backtests`: Too many backtests are under way
             */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. What the other system calls the event will do, if that is its own. */
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
            /** @description How its award ended. */
            200: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description Under way. */
            202: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
            /** @description `foreign_request`: Another site may not do this */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                    /** @description Seconds after which to ask again. */
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
            /** @description The picture. */
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
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description `foreign_request`: Another site may not do this */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description The award, as it stands now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParkedAward"];
                };
            };
            /** @description `foreign_request`: Another site may not do this */
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description It has its outcome. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description Under way. */
            202: {
                headers: {
                    /** @description Address of the purchase. */
                    Location?: string;
                    /** @description Seconds after which to ask again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description `foreign_request`: Another site may not do this */
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
             *     `not_repairable`: Only a purchase that does not get on can be repaired
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description The name of the user whose points they are. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `balance_limit`: The account would have been issued more points than can be counted */
            409: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `insufficient_points`: There are fewer points to spend */
            409: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description The name of the user whose points they are. */
                account_id: string;
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForeignRequestProblem"];
                };
            };
            /** @description `insufficient_points`: There are fewer points to spend */
            409: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description The name of the user whose points they are. */
                account_id: string;
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
            /** @description The product, as it stands now. */
            201: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Address of the product. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
            /** @description The product, as it stands now. */
            200: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
            /** @description The product, as it stands now. */
            201: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownProductProblem"];
                };
            };
            /**
             * @description `insufficient_stock`: Less is in stock than should be taken out
             *
             *     `stock_too_large`: The stock would be too large
             */
            409: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Under way. */
            202: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Address of the purchase. */
                    Location?: string;
                    /** @description When 202 was preferred (RFC 7240). */
                    "Preference-Applied"?: "respond-async";
                    /** @description Seconds after which to ask again. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnknownUserProblem"] | components["schemas"]["UnknownProductProblem"];
                };
            };
            /**
             * @description `out_of_stock`: Not enough is in stock
             *
             *     `insufficient_funds`: The balance does not cover the total
             *
             *     `price_changed`: The total is not the expected one
             *
             *     `redeem_exceeds_total`: The points are worth more than the total
             *
             *     `insufficient_points`: There are fewer points to spend
             *
             *     `cancelled`: The purchase was cancelled
             *
             *     `purchase_failed`: The purchase failed, and everything was given back
             */
            409: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
            /** @description `foreign_request`: Another site may not do this */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
                limit?: number;
                /** @description `running` and `compensating` (being undone) are under way; `refunding` is completed and being given back; the others are final. */
                status?: "running" | "compensating" | "completed" | "refused" | "cancelled" | "failed" | "refunding" | "refunded";
                /** @description Only what this user bought, or tried to. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description Asked to cancel; not decided yet. */
            202: {
                headers: {
                    /** @description Address of the purchase. */
                    Location?: string;
                    /** @description Seconds after which to ask again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description `foreign_request`: Another site may not do this */
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description What happens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Everything was told, the outcome included. */
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `too_many_viewers`: This server watches as many purchases as it can
             */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description Under way. */
            202: {
                headers: {
                    /** @description Address of the purchase. */
                    Location?: string;
                    /** @description Seconds after which to ask again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurchaseStatus"];
                };
            };
            /** @description `foreign_request`: Another site may not do this */
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
             * @description `database_unavailable`: The database cannot be used at the moment
             *
             *     `temporal_unavailable`: The workflow engine cannot be reached
             */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                    /** @description Seconds after which to ask again. */
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
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
            /** @description The user, as it stands now. */
            201: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Address of the balance. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description Makes the request happen once, however often it is sent. The same key with the same request gets the answer for what the first one did, as things stand now; with another request: 422. Without a key each request counts. Purchases have a space of keys of their own, and so have points. A fresh UUID will do. */
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
            /** @description The user, with the balance as it stands now. */
            200: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `foreign_request`: Another site may not do this */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
                    /** @description `true` when an earlier request of the same key did it. */
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
            /** @description `unsupported_media_type`: The body is not of a type that is understood here */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description `true` when an earlier request of the same key did it. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Seconds after which to ask again. */
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
                /** @description `nextCursor` (of points: `next_cursor`) of the page before. */
                cursor?: string;
                /** @description How many items to give at most. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
            /** @description `database_unavailable`: The database cannot be used at the moment */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
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
