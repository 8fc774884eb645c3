using System.Security.Cryptography;
using System.Text.Json;
using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

[Trait("Spec", "2.13")]
public sealed class PasswordTests
{
    private static readonly SiteRules Mapped = Rules with { PasswordField = "%PW%" };

    [Fact]
    public void A_generated_password_has_24_letters_and_digits_each_as_likely_as_the_others()
    {
        const int Passwords = 4000;
        var counts = new Dictionary<char, int>();
        for (var i = 0; i < Passwords; i++)
        {
            var text = GeneratedPassword.From(RandomNumberGenerator.GetBytes(GeneratedPassword.RandomBytes)).Text;
            Assert.Equal(24, text.Length);
            Assert.All(text, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
            foreach (var c in text)
                counts[c] = counts.GetValueOrDefault(c) + 1;
        }
        const double Expected = Passwords * 24 / 62.0;
        Assert.Equal(62, counts.Count);
        // Ten standard deviations: never by chance.
        Assert.All(counts.Values, count => Assert.InRange(count, Expected - 395, Expected + 395));
    }

    [Fact]
    public void Every_random_byte_counts_and_too_few_are_refused()
    {
        var bytes = new byte[GeneratedPassword.RandomBytes];
        var zero = GeneratedPassword.From(bytes).Text;
        for (var i = 0; i < 24; i++)
        {
            bytes[i * 4] = 1;
            Assert.NotEqual(zero[i], GeneratedPassword.From(bytes).Text[i]);
        }
        Assert.Throws<ArgumentException>(() => GeneratedPassword.From(bytes.AsSpan(1)));
    }

    [Fact]
    public void A_password_is_never_printed_or_serialised_with_what_holds_it()
    {
        var create = Creation(Seen(Ann.Saying("PW", "hunter2hunter2")), Add, Mapped);
        Assert.Equal("hunter2hunter2", create.User.Password!.Text);
        string[] prints =
        [
            create.ToString(),
            create.User.ToString(),
            create.User.Password.ToString(),
            $"{create.User.Password}",
            JsonSerializer.Serialize(create.User),
        ];
        Assert.All(prints, print => Assert.DoesNotContain("hunter2", print, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("back\\slash")]
    [InlineData(" blank")]
    [InlineData("blank ")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void A_password_that_WordPress_would_store_otherwise_is_replaced_and_said(string value)
    {
        var create = Creation(Seen(Ann.Saying("PW", value)), Add, Mapped);
        Assert.Null(create.User.Password);
        Assert.Equal([new Warning("password_unusable", "%PW%")], create.Warnings);
    }

    [Fact]
    public void A_password_may_have_4096_bytes_of_any_script_but_no_half_characters()
    {
        Assert.NotNull(GeneratedPassword.Supplied(new string('x', 4096)));
        Assert.Null(GeneratedPassword.Supplied(new string('x', 4097)));
        Assert.Null(GeneratedPassword.Supplied(new string('\u00fc', 2049)));
        Assert.Null(GeneratedPassword.Supplied("half\ud800"));
        Assert.NotNull(GeneratedPassword.Supplied("p\u00e4ss \ud83d\ude00 w\u00f6rd"));
    }

    [Fact]
    public void An_empty_field_means_a_generated_password_and_an_unknown_one_is_said()
    {
        Assert.Empty(Creation(Seen(Ann.Saying("PW", "")), Add, Mapped).Warnings);
        Assert.Equal(["field_unknown"], Codes(Creation(Seen(Ann), Add, Mapped).Warnings));
    }
}
