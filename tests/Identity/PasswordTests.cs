using System.Data.Common;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CleanSync.Identity.Tests;

public sealed class PasswordTests : IdentityTests
{
    private static readonly GeneratedPassword Weak = GeneratedPassword.Supplied("weak")!;

    [Fact, Trait("Spec", "2.13")]
    public async Task A_generated_password_is_not_asked_about_and_a_supplied_one_is()
    {
        // Demands a sign, which a generated password never has.
        await Start();

        var refused = await Users.Create(Draft("bob") with { Password = Weak, Generated = false }, Stop);
        var draft = Draft();
        await Created(draft);

        Assert.IsType<Creation.PasswordRefused>(refused);
        Assert.Empty((await Users.FindByEmail("bob@example.test", Stop)).Users);
        Assert.True(await Bed.LogIn("ann", draft.Password.Text));
    }

    [Fact, Trait("Spec", "2.13")]
    public async Task A_password_from_a_field_that_the_application_refuses_is_not_set()
    {
        await Start();
        var draft = Draft();
        var user = await Created(draft);

        await Assert.ThrowsAsync<PermanentException>(() =>
            Users.SetPassword(user.Id, Weak, PasswordGuard.NewToUser, Stop)
        );

        Assert.True(await Bed.LogIn("ann", draft.Password.Text));
        var fits = GeneratedPassword.Supplied("Fits the policy 1!")!;
        Assert.Equal(PasswordEnd.Set, await Users.SetPassword(user.Id, fits, PasswordGuard.NewToUser, Stop));
        Assert.True(await Bed.LogIn("ann", fits.Text));
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task Of_two_nodes_that_set_a_password_at_once_the_user_has_one_and_it_is_known_as_ours()
    {
        await Start();
        var user = await Created();
        GeneratedPassword[] passwords = [Password(), Password()];

        var ends = await Task.WhenAll(
            passwords.Select(password =>
                Task.Run(() => Bed.NewUsers().SetPassword(user.Id, password, PasswordGuard.OursStill, Stop))
            )
        );

        Assert.All(ends, end => Assert.Equal(PasswordEnd.Set, end));
        var works = await Task.WhenAll(passwords.Select(password => Bed.LogIn("ann", password.Text)));
        Assert.Single(works, true);
        Assert.True((await Users.FindById(user.Id, Stop))!.HasOurPassword);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task Whoever_changes_the_user_between_look_and_write_makes_the_look_be_repeated()
    {
        var meddler = new Meddler();
        Bed.Interceptors.Add(meddler);
        await Start();
        var user = await Created();
        meddler.Times = 1;
        Assert.Equal(PasswordEnd.Set, await Users.SetPassword(user.Id, Password(), PasswordGuard.OursStill, Stop));

        meddler.Times = int.MaxValue;
        await Assert.ThrowsAsync<TransientException>(() =>
            Users.SetPassword(user.Id, Password(), PasswordGuard.OursStill, Stop)
        );
        Assert.True((await Users.FindById(user.Id, Stop))!.HasOurPassword);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_password_that_is_set_ends_the_sessions_of_the_user()
    {
        await Start();
        var user = await Created();
        var before = await Stamp();

        await Users.SetPassword(user.Id, Password(), PasswordGuard.OursStill, Stop);

        Assert.NotEqual(before, await Stamp());
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task What_is_remembered_of_a_creation_is_in_no_claim()
    {
        await Start();
        await Created();

        await Bed.With(
            "ann",
            async (users, user) =>
                Assert.Equal(
                    ["activecampaign_contact_id", "cleansync_user"],
                    (await users.GetClaimsAsync(user)).Select(claim => claim.Type).Order(StringComparer.Ordinal)
                )
        );
    }

    private async Task<string?> Stamp()
    {
        string? stamp = null;
        await Bed.With("ann", async (users, user) => stamp = await users.GetSecurityStampAsync(user));
        return stamp;
    }

    // SQLite lets no other connection write meanwhile, as other databases do: what it would have written comes by the same one.
    private sealed class Meddler : DbCommandInterceptor
    {
        public int Times { get; set; }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            if (command.CommandText.Contains("UPDATE \"AspNetUsers\"", StringComparison.Ordinal) && Times-- > 0)
            {
                using var other = command.Connection!.CreateCommand();
                other.Transaction = command.Transaction;
                other.CommandText = "UPDATE AspNetUsers SET PasswordHash = 'own', ConcurrencyStamp = 'theirs'";
                other.ExecuteNonQuery();
            }
            return new(result);
        }
    }
}
