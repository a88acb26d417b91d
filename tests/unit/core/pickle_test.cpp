#include "fedfr/core/pickle.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"

// The pickles were written by Python 3.11 (pickle.dumps), those by hand say so.
namespace fedfr::pickle {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

bool accepts_some(std::string_view name) {
  return name == "__builtin__.set" || name == "builtins.set" || name == "__builtin__.frozenset" ||
         name == "builtins.frozenset" || name == "numpy.dtype" || name == "torch.FloatStorage";
}

Pickle read(const std::string& bytes, std::size_t begin = 0) {
  return pickle::read(std::as_bytes(std::span(bytes)), accepts_some, begin);
}

/// As Python would print it.
std::string print(const Value& value) {
  std::string items;
  if (const auto* all = std::get_if<std::vector<const Value*>>(&value.content))
    for (const Value* item : *all) items += print(*item) + " ";
  switch (value.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return value.integer() != 0 ? "True" : "False";
    case Kind::integer:
      return std::to_string(value.integer());
    case Kind::real:
      return fmt::format("{}", value.real());
    case Kind::long_integer:
    case Kind::bytes:
    case Kind::text:
    case Kind::global:
      return fmt::format("{}:{}", name(value.kind), value.characters());
    default:
      return fmt::format("{}({})", name(value.kind), items);
  }
}

const std::string one_of_each =
    "a list(None True False 0 255 256 -1 70000 1099511627776 -9223372036854775808 0.5 a text:aä€\n "s
    "bytes:\0\xe4' bytes:xy a tuple() a tuple(1 ) a tuple(1 2 ) a tuple(1 2 3 ) a tuple(1 2 3 4 ) "s
    "a list(a list() ) a dictionary(a text:k a dictionary() ) "s;

TEST(Pickle, EveryProtocolGivesTheSameValues) {
  // [None, True, False, 0, 255, 256, -1, 70000, 2**40, -2**63, 0.5, "aä€\n", b"\x00\xe4'", bytearray(b"xy"),
  // (), (1,),
  //  (1, 2), (1, 2, 3), (1, 2, 3, 4), [[]], {"k": {}}]
  const std::string pickles[] = {
      "(lp0\nNaI01\naI00\naI0\naI255\naI256\naI-1\naI70000\naL1099511627776L\naL-9223372036854775808L\naF0.5\naVa\344\\u20ac\\u000a\np1\nac_codecs\nencode\np2\n(V\\u0000\344'\np3\nVlatin1\np4\ntp5\nRp6\nac__builtin__\nbytearray\np7\n(g2\n(Vxy\np8\ng4\ntp9\nRp10\ntp11\nRp12\na(ta(I1\ntp13\na(I1\nI2\ntp14\na(I1\nI2\nI3\ntp15\na(I1\nI2\nI3\nI4\ntp16\na(lp17\n(lp18\naa(dp19\nVk\np20\n(dp21\nsa."s,
      "]q\000(NI01\nI00\nK\000K\377M\000\001J\377\377\377\377Jp\021\001\000L1099511627776L\nL-9223372036854775808L\nG\077\340\000\000\000\000\000\000X\007\000\000\000a\303\244\342\202\254\nq\001c_codecs\nencode\nq\002(X\004\000\000\000\000\303\244'q\003X\006\000\000\000latin1q\004tq\005Rq\006c__builtin__\nbytearray\nq\007(h\002(X\002\000\000\000xyq\010h\004tq\011Rq\ntq\013Rq\014)(K\001tq\015(K\001K\002tq\016(K\001K\002K\003tq\017(K\001K\002K\003K\004tq\020]q\021]q\022a}q\023X\001\000\000\000kq\024}q\025se."s,
      "\200\002]q\000(N\210\211K\000K\377M\000\001J\377\377\377\377Jp\021\001\000\212\006\000\000\000\000\000\001\212\010\000\000\000\000\000\000\000\200G\077\340\000\000\000\000\000\000X\007\000\000\000a\303\244\342\202\254\nq\001c_codecs\nencode\nq\002X\004\000\000\000\000\303\244'q\003X\006\000\000\000latin1q\004\206q\005Rq\006c__builtin__\nbytearray\nq\007h\002X\002\000\000\000xyq\010h\004\206q\011Rq\n\205q\013Rq\014)K\001\205q\015K\001K\002\206q\016K\001K\002K\003\207q\017(K\001K\002K\003K\004tq\020]q\021]q\022a}q\023X\001\000\000\000kq\024}q\025se."s,
      "\200\003]q\000(N\210\211K\000K\377M\000\001J\377\377\377\377Jp\021\001\000\212\006\000\000\000\000\000\001\212\010\000\000\000\000\000\000\000\200G\077\340\000\000\000\000\000\000X\007\000\000\000a\303\244\342\202\254\nq\001C\003\000\344'q\002cbuiltins\nbytearray\nq\003C\002xyq\004\205q\005Rq\006)K\001\205q\007K\001K\002\206q\010K\001K\002K\003\207q\011(K\001K\002K\003K\004tq\n]q\013]q\014a}q\015X\001\000\000\000kq\016}q\017se."s,
      "\200\004\225\222\000\000\000\000\000\000\000]\224(N\210\211K\000K\377M\000\001J\377\377\377\377Jp\021\001\000\212\006\000\000\000\000\000\001\212\010\000\000\000\000\000\000\000\200G\077\340\000\000\000\000\000\000\214\007a\303\244\342\202\254\n\224C\003\000\344'\224\214\010builtins\224\214\011bytearray\224\223\224C\002xy\224\205\224R\224)K\001\205\224K\001K\002\206\224K\001K\002K\003\207\224(K\001K\002K\003K\004t\224]\224]\224a}\224\214\001k\224}\224se."s,
      "\200\005\225|\000\000\000\000\000\000\000]\224(N\210\211K\000K\377M\000\001J\377\377\377\377Jp\021\001\000\212\006\000\000\000\000\000\001\212\010\000\000\000\000\000\000\000\200G\077\340\000\000\000\000\000\000\214\007a\303\244\342\202\254\n\224C\003\000\344'\224\226\002\000\000\000\000\000\000\000xy\224)K\001\205\224K\001K\002\206\224K\001K\002K\003\207\224(K\001K\002K\003K\004t\224]\224]\224a}\224\214\001k\224}\224se."s};
  for (const auto& pickle : pickles) {
    const Pickle got = read(pickle);
    EXPECT_EQ(print(*got.root), one_of_each + ")");
    EXPECT_EQ(got.end, pickle.size());
  }
}

TEST(Pickle, SetsAndOrderedDictionaries) {
  // [{3}, frozenset([4]), OrderedDict([("a", 1), ("b", b"\x80\xff")])]
  const std::string of_2 =
      "\200\002]q\000(c__builtin__\nset\nq\001]q\002K\003a\205q\003Rq\004c__builtin__\nfrozenset\nq\005]q\006K\004a\205q\007Rq\010ccollections\nOrderedDict\nq\011)Rq\n(X\001\000\000\000aq\013K\001X\001\000\000\000bq\014c_codecs\nencode\nq\015X\004\000\000\000\302\200\303\277q\016X\006\000\000\000latin1q\017\206q\020Rq\021ue."s;
  const std::string of_4 =
      "\200\004\225B\000\000\000\000\000\000\000]\224(\217\224(K\003\220(K\004\221\224\214\013collections\224\214\013OrderedDict\224\223\224)R\224(\214\001a\224K\001\214\001b\224C\002\200\377\224ue."s;
  EXPECT_EQ(print(*read(of_2).root),
            "a list(an object(the name of something:__builtin__.set a tuple(a list(3 ) ) ) "
            "an object(the name of something:__builtin__.frozenset a tuple(a list(4 ) ) ) "
            "a dictionary(a text:a 1 a text:b bytes:\x80\xff ) )");
  EXPECT_EQ(print(*read(of_4).root),
            "a list(a set(3 ) a set(4 ) a dictionary(a text:a 1 a text:b bytes:\x80\xff ) )");
  // By hand: as Python 2 wrote OrderedDict([["a", 1]]).
  EXPECT_EQ(print(*read("ccollections\nOrderedDict\n(((U\1aK\1tltR."s).root), "a dictionary(bytes:a 1 )");
}

TEST(Pickle, AnObjectIsWhatItIsCalledWith) {
  // numpy.dtype("u1"), protocol 2
  const std::string dtype =
      "\200\002cnumpy\ndtype\nq\000X\002\000\000\000u1q\001K\000K\001\207q\002Rq\003(K\003X\001\000\000\000|q\004NNNJ\377\377\377\377J\377\377\377\377K\000tq\005b."s;
  const Pickle got = read(dtype);
  EXPECT_EQ(got.root->callee(), "numpy.dtype");
  EXPECT_EQ(got.root->arguments().at(0)->characters(), "u1");
  ASSERT_NE(got.root->state(), nullptr);
  EXPECT_EQ(got.root->state()->items().at(1)->characters(), "|");
  // By hand: INST, OBJ, NEWOBJ, and an object with an id instead of a value.
  for (const auto& made :
       {"(I1\ninumpy\ndtype\n."s, "(cnumpy\ndtype\nI1\no."s, "cnumpy\ndtype\nI1\n\x85\x81."s})
    EXPECT_EQ(print(*read(made).root), "an object(the name of something:numpy.dtype a tuple(1 ) )");
  EXPECT_EQ(print(*read("I7\nQ."s).root), "a reference to something outside(7 )");
  EXPECT_EQ(print(*read("P7\n."s).root), "a reference to something outside(a text:7 )");
}

TEST(Pickle, ObjectsThatAreCollectionsToo) {
  // By hand: an object of a class that is made from dict, then from list.
  const std::string mapped = "cnumpy\ndtype\n)\x81U\1aK\1s."s;
  const Pickle dictionary = read(mapped);
  EXPECT_EQ(dictionary.root->callee(), "numpy.dtype");
  EXPECT_EQ(dictionary.root->state()->find("a")->integer(), 1);
  EXPECT_EQ(print(*read("cnumpy\ndtype\n)\x81(K\1K\2e."s).root->state()), "a list(1 2 )");
}

TEST(Pickle, SomeMayFollowOneAnother) {
  const std::string two = "\x80\x02K\x01.\x80\x02K\x02."s;
  const Pickle first = read(two);
  EXPECT_EQ(first.root->integer(), 1);
  const Pickle second = read(two, first.end);
  EXPECT_EQ(second.root->integer(), 2);
  EXPECT_EQ(second.root->offset, 7U) << "offsets are those of all bytes";
}

TEST(Pickle, LongIntegersAreTheirBytes) {
  // 0x1950a86a20f9469cfc6c, which begins PyTorch's older files
  const std::string bytes = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s;
  const Pickle got = read(bytes);
  EXPECT_EQ(got.root->kind, Kind::long_integer);
  EXPECT_EQ(got.root->characters(), "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
  EXPECT_EQ(read("\x8a\0."s).root->integer(), 0);
  EXPECT_EQ(read("\x8a\2\0\xff."s).root->integer(), -256);
}

TEST(Pickle, OfEqualKeysTheLastCounts) {
  const std::string bytes = "(U\1aK\1U\1aK\2d."s;
  const Pickle pickle = read(bytes);
  EXPECT_EQ(pickle.root->find("a")->integer(), 2);
  EXPECT_EQ(pickle.root->find("b"), nullptr);
}

TEST(Pickle, WhatIsNoDataIsRefusedByNameAndPlace) {
  // By hand: os.system("true") in each way of saying it.
  for (const auto& evil :
       {"cos\nsystem\n(S'true'\ntR."s, "(S'true'\nios\nsystem\n."s, "(cos\nsystem\nS'true'\no."s,
        "\x80\4\x8c\2os\x8c\6system\x93\x8c\4true\x85R."s, "]cos\nsystem\n0."s})
    EXPECT_THAT([&] { read(evil); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("at its byte "), HasSubstr("'os.system'"))))
        << evil;
  // Nothing stands in for a callable but a name.
  EXPECT_THROW(read("S'numpy.dtype'\n)R."s), DataError);
  EXPECT_THROW(read("cnumpy\ndtype\n]R."s), DataError);
}

TEST(Pickle, WhatIsNoneIsRefused) {
  for (const auto& bad : {""s,
                          "."s,
                          "N"s,
                          "K"s,
                          "X\xff\xff\xff\xff."s,
                          "\x8d\xff\xff\xff\xff\xff\xff\xff\xff."s,
                          "(."s,
                          "t."s,
                          "]a."s,
                          "N]e."s,
                          "(N]e0N0."s,
                          "h\0."s,
                          "h\1."s,
                          "Ix\n."s,
                          "I1"s,
                          "S'a\n."s,
                          "Sa'\n."s,
                          "S'\\x1'\n."s,
                          "V\\u12\n."s,
                          "V\\UFFFFFFFF\n."s,
                          "(Nd."s,
                          "NN(Nu."s,
                          "(NNe."s,
                          "N\x80\6."s,
                          "\x97."s,
                          "\x98."s,
                          "\x82\1."s,
                          "\x92."s,
                          "\xff."s,
                          "KaKb\206b."s,
                          "\x85."s,
                          "(N\x86."s,
                          "K\1K\1\x93."s,
                          "F1.5x\n."s,
                          "\x8b\xff\xff\xff\xff."s,
                          "c_codecs\nencode\nX\1\0\0\0aU\4utf8\x86R."s,
                          "c_codecs\nencode\nX\3\0\0\0\xe2\x82\xacU\6latin1\x86R."s})
    EXPECT_THROW(read(bad), DataError) << bad;
  EXPECT_THROW(read("N."s, 3), DataError);
}

TEST(Pickle, AValueOfAnotherKindIsNamedWithItsPlace) {
  const std::string bytes = "]K\1a."s;
  const Pickle list = read(bytes);
  EXPECT_THAT([&] { (void)list.root->integer(); },
              ThrowsMessage<DataError>(HasSubstr("byte 0 begins a list where an integer is expected")));
  EXPECT_THAT([&] { (void)list.root->items()[0]->characters(); },
              ThrowsMessage<DataError>(HasSubstr("byte 1 ")));
  EXPECT_THROW((void)list.root->find("a"), DataError);
  EXPECT_THROW((void)list.root->callee(), DataError);
  EXPECT_THROW((void)list.root->real(), DataError);
  EXPECT_THROW((void)list.root->items()[0]->items(), DataError);
}

TEST(Pickle, NoValueHoldsItself) {
  EXPECT_THAT([] { read("]q\0h\0a."s); }, ThrowsMessage<DataError>(HasSubstr("holds itself")));
  EXPECT_THROW(read("}q\0K\1h\0s."s), DataError);
  EXPECT_THROW(read("]q\0\x85q\1h\0h\1a0."s), DataError);
  EXPECT_THROW(read("cnumpy\ndtype\n)Rq\0h\0b."s), DataError);
}

TEST(Pickle, LevelsAreBounded) {
  EXPECT_NO_THROW(read("N"s + std::string(98, '\x85') + "."));
  EXPECT_THROW(read("N"s + std::string(100, '\x85') + "."), DataError);
  EXPECT_THROW(read("N"s + std::string(1'000'000, '\x85') + "."), DataError);
  // Each of 90 levels, one on top of the other and each known before: ((((N))), ...).
  std::string towers = "("s;
  for (int tower = 0; tower < 5; ++tower) {
    towers += tower == 0 ? "N"s : fmt::format("h{}", static_cast<char>(tower - 1));
    towers += std::string(90, '\x85') + "q" + static_cast<char>(tower);
  }
  EXPECT_THAT([&] { read(towers + "t."); }, ThrowsMessage<DataError>(HasSubstr("levels")));
}

TEST(Pickle, ReferencesDoNotBlowUp) {
  // Each list holds the one before ten times.
  std::string bomb = "]q\0"s;
  for (int level = 1; level < 30; ++level) {
    bomb += "]("s;
    for (int i = 0; i < 10; ++i) bomb += "h"s + static_cast<char>(level - 1);
    bomb += "eq"s + static_cast<char>(level);
  }
  EXPECT_THAT([&] { read(bomb + "."); }, ThrowsMessage<DataError>(HasSubstr("so often")));
  // One text is made bytes of a thousand times, one list a dictionary.
  std::string copies =
      "c_codecs\nencode\nq\0]("s + "X"s + "\0\0\1\0"s + std::string(65536, 'a') + "q\1U\6latin1q\2\x86q\3"s;
  for (int i = 0; i < 1000; ++i) copies += "h\0h\3R"s;
  const std::string whole = copies + "e."s;
  const Pickle pickle = read(whole);
  EXPECT_EQ(pickle.root->items().size(), 1001U);
  EXPECT_EQ(pickle.texts.size(), 2U) << "the name, and the bytes once";
  std::string pairs = "ccollections\nOrderedDict\nq\0]("s;
  for (int i = 0; i < 1000; ++i) pairs += "NN\x86"s;
  pairs += "e\x85q\1]("s;
  for (int i = 0; i < 1000; ++i) pairs += "h\0h\1R"s;
  EXPECT_THAT([&] { read(pairs + "e."s); }, ThrowsMessage<DataError>(HasSubstr("again and again")));
}

}  // namespace
}  // namespace fedfr::pickle
